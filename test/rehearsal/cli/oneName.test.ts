import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import Ajv from "ajv";
import { commandLine, reportedHere } from "../../support/commandLine";
import { temporaryFolder } from "../../support/folders";
import { ROOT } from "../../support/multisite";

const schema = JSON.parse(readFileSync(join(ROOT, "rehearsal", "report", "schema.json"), "utf8"));
const valid = new Ajv({ allowUnionTypes: true, keywords: ["x-multisite"] }).compile(schema);
const EXAMPLE = "examples/one-name";

describe(`rehearse ${EXAMPLE}`, () => {
  it("names what to enter at the registrar and the time of each service, and a second run changes nothing", async (t) => {
    const state = join(temporaryFolder(t), "state.json");
    const args = ["rehearse", EXAMPLE, "--state", state, "--strict"];
    const { exit, report, stderr } = await reportedHere(args);
    assert.equal(exit, 0, stderr);
    assert.ok(valid(report), JSON.stringify(valid.errors));
    const { traffic } = report;
    assert.deepEqual(
      traffic?.services.map(({ service, totalSeconds }) => [service, totalSeconds]),
      [
        ["route53", 66],
        ["cloudDns", 95],
      ],
    );
    const servers = traffic?.nameServers ?? [];
    assert.equal(servers.filter((one) => /\.awsdns-\d\d\./.test(one)).length, 4);
    assert.equal(servers.filter((one) => /\.googledomains\.com$/.test(one)).length, 4);
    // What the registrar is told is what each zone says of itself.
    const sets = report.resources.filter(({ name }) => name === "name-servers");
    assert.equal(sets.length, 2);
    for (const { inputs } of sets) {
      const values = (inputs.records ?? inputs.rrdatas) as string[];
      assert.deepEqual(
        values.map((one) => one.replace(/\.$/, "")),
        servers,
      );
    }

    const again = await commandLine([...args, "--policy-pack", "policy"]);
    assert.equal(again.exit, 0, again.stderr);
    assert.match(again.stdout, /Preview and up on simulated clouds: \d+ unchanged\./);
    assert.match(again.stdout, /Policies: 0 mandatory, 0 advisory violations/);
    assert.match(again.stdout, /route53 +36 +30 +66 +120/);
    assert.match(again.stdout, /cloudDns +65 +30 +95 +120/);
    assert.match(again.stdout, /At the registrar of example\.com, enter all of these name servers/);
    for (const one of servers) assert.ok(again.stdout.includes(`  ${one}\n`), one);
  });
});
