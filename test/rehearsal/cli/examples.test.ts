import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import Ajv from "ajv";
import { commandLine, reportedHere } from "../../support/commandLine";
import { ROOT, reported } from "../../support/multisite";

const schema = JSON.parse(readFileSync(join(ROOT, "rehearsal", "report", "schema.json"), "utf8"));
const valid = new Ajv({ allowUnionTypes: true, keywords: ["x-multisite"] }).compile(schema);

const folder = mkdtempSync(join(tmpdir(), "multisite-test-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A command whose programs are read as users' are: by the SDK's ts-node. */
async function byTypeScript<Answer>(command: () => Promise<Answer>): Promise<Answer> {
  const { MULTISITE_COMPILED: compiled } = process.env;
  delete process.env.MULTISITE_COMPILED;
  try {
    return await command();
  } finally {
    if (compiled !== undefined) process.env.MULTISITE_COMPILED = compiled;
  }
}

/** What the README says that `npm start` says. */
function ofReadme() {
  const text = readFileSync(join(ROOT, "README.md"), "utf8");
  const rows = text.matchAll(/^ {2}(\w+) +cpu +([\d.]+) +([\d.]+) +(\+[\d.]+) %$/gm);
  return { losses: [...rows].map(([, ...row]) => row), factor: /capacity is ([\d.]+)x the demand/.exec(text)?.[1] };
}

describe("rehearse examples/three-clouds", () => {
  const state = join(folder, "three-clouds.json");
  const args = ["rehearse", "examples/three-clouds", "--state", state, "--strict"];

  it("builds three sites, modelled throughout, holds, and violates nothing that is mandatory", async () => {
    const { exit, report, stderr } = await byTypeScript(() => reported([...args, "--policy-pack", "policy"]));
    assert.equal(exit, 0, stderr);
    assert.ok(valid(report), JSON.stringify(valid.errors));
    assert.deepEqual(
      report.sites.map(({ name, number, provider }) => [name, number, provider]),
      [
        ["frankfurt", 1, "aws"],
        ["belgium", 2, "gcp"],
        ["amsterdam", 3, "azure"],
      ],
    );
    assert.equal(report.capacity.verdict, "holds");
    assert.equal(report.capacity.minimumFactor, 1.5);
    assert.deepEqual(ofReadme(), {
      losses: report.capacity.losses.map(({ sites: [lost], resources: [cpu] }) => {
        return [
          lost,
          String(cpu!.need),
          cpu!.have!.toFixed(2),
          `+${(Math.floor(1000 * cpu!.headroom!) / 10).toFixed(1)}`,
        ];
      }),
      factor: report.capacity.factor!.toFixed(2),
    });
    assert.deepEqual(
      report.violations.filter(({ level }) => level === "mandatory"),
      [],
    );
    assert.equal(report.changes.create.length, report.resources.length);
    for (const { type, name, provider, fidelity } of report.resources) {
      const isResource = !type.startsWith("multisite:") && !type.startsWith("pulumi:");
      assert.equal(provider !== null, isResource, `${type} ${name} has provider ${provider}`);
      assert.equal(fidelity, isResource ? "modelled" : null, `${type} ${name}`);
    }
  });

  it("changes nothing when it runs again on the state that it left", async () => {
    const { exit, report } = await reportedHere(args);
    assert.equal(exit, 0);
    const { same, properties, ...changed } = report.changes;
    assert.deepEqual(changed, { create: [], update: [], replace: [], delete: [] });
    assert.deepEqual(properties, {});
    assert.equal(same.length, report.resources.length);
  });

  it("judges the loss that was asked about, and only that, and says the same twice", async () => {
    const lost = ["plan", "examples/three-clouds", "--lose", "frankfurt", "--lose", "belgium"];
    const [both, again] = [await reportedHere(lost), await reportedHere(lost)];
    assert.equal(both.exit, 1);
    assert.equal(both.report.capacity.holds, false);
    assert.deepEqual(
      both.report.capacity.losses.map(({ sites }) => sites),
      [["frankfurt", "belgium"]],
    );
    for (const path of schema["x-multisite"].mayDiffer as string[]) {
      const field = path.slice(1) as "seconds";
      for (const run of [both, again]) run.report[field] = 0;
    }
    assert.deepEqual(both.report, again.report);
  });

  it("says of more sites than the spec tolerates that there is room, and that no pods are placed in it yet", async () => {
    const { exit, report } = await reportedHere(["plan", "examples/workloads", "--lose", "oslo", "--lose", "turin"]);
    assert.equal(exit, 0);
    assert.match(
      report.capacity.notes.join("\n"),
      /without oslo and turin the others run web 9 of 18, basket 2 of 3\./,
    );
  });

  it("does not know a site that the fleet has not", async () => {
    const unknown = await commandLine(["plan", "examples/workloads", "--lose", "paris"]);
    assert.equal(unknown.exit, 2);
    assert.match(unknown.stderr, /--lose paris: there is no such site; the sites are munich, oslo, turin/);
  });
});

describe("rehearse examples/hand-written", () => {
  const args = ["rehearse", "examples/hand-written", "--policy-pack", "policy"];

  it("is one node short, and the one mandatory violation names site, resource and node", async () => {
    const { exit, report } = await byTypeScript(() => reportedHere(args));
    assert.equal(exit, 1);
    assert.ok(valid(report), JSON.stringify(valid.errors));
    const mandatory = report.violations.filter(({ level }) => level === "mandatory");
    assert.deepEqual(
      mandatory.map(({ policy }) => policy),
      ["n1-004-site-loss-aggregate"],
    );
    assert.match(mandatory[0]!.message, /Add 1 x m6i\.xlarge to pool stockholm-workers of site stockholm \(2 -> 3\)/);
    assert.match(mandatory[0]!.message, /Losing frankfurt: cpu left 17\.9 < demand 18/);
    assert.deepEqual(report.capacity.verdict, "does not hold");
  });

  it("passes with the node", async () => {
    const { exit, report } = await reportedHere([...args, "--config", "stockholmNodes=3"]);
    assert.equal(exit, 0);
    assert.equal(report.capacity.holds, true);
    assert.deepEqual(
      report.violations.filter(({ level }) => level === "mandatory"),
      [],
    );
  });
});

describe("plan with manifests that nobody here wrote", () => {
  const boutique = join(ROOT, "..", "shared", "data", "online-boutique.yaml");
  it("places the online boutique", {
    skip: existsSync(boutique) ? false : "no ../shared/data/online-boutique.yaml",
  }, async () => {
    const { exit, report } = await reportedHere(["plan", "examples/three-clouds", "--workloads", boutique]);
    assert.equal(exit, 0);
    assert.ok(valid(report), JSON.stringify(valid.errors));
    assert.equal(report.demand.pods, 12);
    // Requests of the twelve Deployments: eight of 100m, two of 200m, one of 300m, one of 70m.
    assert.equal(report.demand.cpu, 1.57);
    assert.deepEqual(report.demand.withoutRequests, ["loadgenerator/frontend-check"]);
    for (const { replicas } of report.placed.sites) assert.equal(Object.keys(replicas).length, 12);
  });
});
