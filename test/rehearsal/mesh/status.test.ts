import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { MeshFixture, NAMES, type Name } from "./fixture";

const fixture = new MeshFixture();
before(() => fixture.open());
after(() => fixture.close());

const status = (...args: string[]) => fixture.mesh("status", fixture.dir, ...args);

describe("multisite mesh status", () => {
  it("is content where every agent follows every peer, and the paths carry what is planned", async () => {
    const ran = fixture.serve();
    const { exit, stdout, stderr } = await status(...fixture.patient());
    assert.equal(exit, 0, stdout + stderr);
    assert.match(stdout, /frankfurt +1\.19\.5 +2\/2 at 192\.168\.1\.250 +2\/2 +2\/2 +dublin 1370, paris 1370/);
    assert.match(stdout, /Every link is as it is to be/);
    const probes = ran.get("frankfurt")!.filter((one) => one.startsWith("perl"));
    assert.deepEqual(probes, ["perl -e 1370 10.2.0.10 10.2.0.11 10.3.0.10 10.3.0.11"], "two nodes of each peer");
  });

  it("says what is wrong with which link, and goes on with the others", async () => {
    fixture.serve({ name: "dublin", ready: ["frankfurt"], passes: 1280 });
    const { exit, stdout } = await status(...fixture.patient());
    assert.equal(exit, 1);
    assert.match(stdout, /dublin: 0 of 2 agents follow paris/);
    assert.match(stdout, /dublin: The path to frankfurt carries 1280 bytes, and 1370 are sent/);
    assert.doesNotMatch(stdout, /^ {2}(frankfurt|paris): /m);
  });

  it("names versions that are too far apart, and a peer that is withdrawn", async () => {
    fixture.serve({ name: "paris", version: "1.21.0", withdrawn: ["dublin"] });
    const { exit, stdout } = await status(...fixture.patient());
    assert.equal(exit, 1);
    assert.match(stdout, /Cilium 1\.19\.5 runs in frankfurt and 1\.21\.0 in paris/);
    assert.match(stdout, /paris: dublin is withdrawn here/);
    assert.doesNotMatch(stdout, /agents follow dublin/);
  });

  it("names sites that hang, refuse or are not given, and asks the others", async () => {
    fixture.serve();
    fixture.apis.frankfurt.mode = "hang";
    fixture.apis.dublin.mode = 403;
    const { exit, stdout } = await status("--timeout", "3", ...fixture.configs(["frankfurt", "dublin"]), "--json", "-");
    assert.equal(exit, 1);
    const { sites, isReady } = JSON.parse(stdout) as {
      sites: { name: Name; answer: { reason?: string } }[];
      isReady: boolean;
    };
    assert.equal(isReady, false);
    const reason = (name: Name) => sites.find((one) => one.name === name)!.answer.reason ?? "reached";
    assert.match(reason("frankfurt"), /no answer in time/);
    assert.match(reason("dublin"), /403/);
    assert.match(reason("paris"), /no --kubeconfig/);
  });

  it("tells the rest where no command may be run in an agent, and holds it for no proof", async () => {
    fixture.serve();
    fixture.apis.paris.exec = undefined;
    const { exit, stdout } = await status(...fixture.patient());
    assert.equal(exit, 1);
    assert.match(
      stdout,
      /paris: Whether dublin is followed cannot be told: no agent could be asked \(pod cilium-a: .*403\)/,
    );
    assert.match(stdout, /paris: What the path to dublin carries cannot be told/);
    assert.match(stdout, /paris +v1\.19\.5 +2\/2 .* 0\/2 +0\/2/);
  });

  it("sends no packets where it is asked not to, and takes contexts of one kubeconfig", async () => {
    const ran = fixture.serve();
    const file = join(fixture.dir, "all.kubeconfig");
    const all = NAMES.map((name) => JSON.parse(fixture.apis[name].kubeconfig));
    const named = (list: string) => all.map((one, index) => ({ ...one[list][0], name: NAMES[index] }));
    const contexts = NAMES.map((name) => ({ name, context: { cluster: name, user: name } }));
    writeFileSync(
      file,
      JSON.stringify({
        ...all[0],
        clusters: named("clusters"),
        users: named("users"),
        contexts,
        "current-context": "",
      }),
    );
    const access = NAMES.flatMap((name) => ["--kubeconfig", `${name}=${file}`, "--context", `${name}=${name}`]);
    const { exit, stdout, stderr } = await status("--no-mtu", "--timeout", "120", ...access);
    assert.equal(exit, 0, stdout + stderr);
    assert.match(stdout, /not probed/);
    assert.ok([...ran.values()].flat().every((one) => !one.startsWith("perl")));
    const wrong = await status("--kubeconfig", `paris=${file}`, "--context", "paris=lyon");
    assert.equal(wrong.exit, 1);
    assert.match(wrong.stdout, /there is no context lyon, but frankfurt, dublin, paris/);
  });

  it("refuses what cannot be asked, before it asks anybody", async () => {
    const none = await status();
    assert.equal(none.exit, 2);
    assert.match(none.stderr, /No site can be asked: give the kubeconfigs/);
    const stranger = await status("--kubeconfig", "mars=mars.yaml");
    assert.equal(stranger.exit, 2);
    assert.match(stranger.stderr, /Kubeconfigs are given for mars: there is no such site/);
  });
});
