import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { MeshFixture, type Name } from "./fixture";

const fixture = new MeshFixture();
before(() => fixture.open());
after(() => fixture.close());

const withdraw = (...args: string[]) => fixture.mesh("withdraw", "dublin", fixture.dir, ...args);
const OTHERS: readonly Name[] = ["frankfurt", "paris"];
const CORE = "/api/v1/namespaces/kube-system";

/** Peers that a site has, in each of its three objects. */
function peersOf(name: Name): string[][] {
  const data = (path: string) => (fixture.apis[name].answers.get(`${CORE}/${path}`) as { data: object }).data;
  const users = (data("configmaps/clustermesh-remote-users") as { "users.yaml": string })["users.yaml"];
  return [
    Object.keys(data("secrets/cilium-clustermesh")),
    Object.keys(data("secrets/cilium-kvstoremesh")),
    [...users.matchAll(/remote-(\w+)/g)].map(([, peer]) => peer!),
  ];
}

describe("multisite mesh withdraw", () => {
  it("shows what it would do, and does nothing", async () => {
    fixture.serve();
    const { exit, stdout, stderr } = await withdraw(...fixture.patient(OTHERS));
    assert.equal(exit, 0, stderr);
    assert.match(stdout, /frankfurt:\n +Secret cilium-clustermesh: .*\n +Secret cilium-kvstoremesh: .*\n +ConfigMap/);
    assert.match(stdout, /Nothing was changed\. Add --take/);
    for (const name of OTHERS) assert.equal(fixture.apis[name].patched.size, 0);
  });

  it("takes the site out of every other, has the agents look at once, and says what to write next", async () => {
    fixture.serve();
    fixture.apis.dublin.mode = "hang";
    const { exit, stdout, stderr } = await withdraw("--take", ...fixture.patient(OTHERS));
    assert.equal(exit, 0, stdout + stderr);
    assert.deepEqual(peersOf("frankfurt"), [["paris"], ["paris"], ["paris"]]);
    assert.deepEqual(peersOf("paris"), [["frankfurt"], ["frankfurt"], ["frankfurt"]]);
    for (const name of OTHERS) {
      const [first, last] = [[...fixture.apis[name].patched.keys()][0], [...fixture.apis[name].patched.keys()].at(-1)];
      assert.equal(first, `${CORE}/secrets/cilium-clustermesh`, "backends go first");
      assert.equal(last, `${CORE}/pods/cilium-a`);
    }
    assert.match(stdout, /Write state: "lost" at dublin in the spec, with degradedUntil/);
    const again = await withdraw("--take", ...fixture.patient(OTHERS));
    assert.equal(again.exit, 0);
    assert.match(again.stdout, /frankfurt: it is withdrawn already/);
  });

  it("names sites that could not be changed, and goes on with the others", async () => {
    fixture.serve();
    fixture.apis.paris.mode = 403;
    const { exit, stdout } = await withdraw("--take", ...fixture.patient(OTHERS));
    assert.equal(exit, 1);
    assert.match(stdout, /paris: not done: the kubeconfig's user may not read and patch/);
    assert.match(stdout, /Run this again for paris/);
    assert.deepEqual(peersOf("frankfurt")[0], ["paris"]);
    const partial = await withdraw("--json", "-", ...fixture.patient(["frankfurt"]));
    assert.equal(partial.exit, 1);
    const { sites } = JSON.parse(partial.stdout) as { sites: { name: Name; reason?: string; changes: object[] }[] };
    assert.deepEqual(
      sites.map(({ name, reason, changes }) => [name, reason !== undefined, changes.length]),
      [
        ["frankfurt", false, 0],
        ["paris", true, 0],
      ],
    );
  });

  it("refuses a site that is none, and to do anything without kubeconfigs", async () => {
    const stranger = await fixture.mesh("withdraw", "mars", fixture.dir, ...fixture.configs(OTHERS));
    assert.equal(stranger.exit, 2);
    assert.match(stranger.stderr, /There is no site mars; the sites are frankfurt, dublin, paris/);
    const none = await withdraw();
    assert.equal(none.exit, 2);
    assert.match(none.stderr, /No site can be changed/);
  });
});
