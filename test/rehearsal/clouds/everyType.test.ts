import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { madeUp } from "../../../rehearsal/clouds/sdk/madeUp";
import { SdkPackage } from "../../../rehearsal/clouds/sdk/package";
import { UNKNOWN } from "../../../rehearsal/clouds/wire";
import type { Properties } from "../../../rehearsal/engine/provider";
import { Bench, ROOT } from "./support";

const CONFIG: { [pkg: string]: Properties } = {
  aws: { region: "eu-west-1" },
  gcp: { project: "my-project-1", region: "europe-west1" },
  "azure-native": {},
  kubernetes: {},
  tls: {},
};

/** A sample of the types of a package that have no rules of their own, by fast-check. */
function eachType(pkg: string, law: (type: string, sdk: SdkPackage, bench: Bench) => Promise<void>) {
  return async () => {
    const sdk = SdkPackage.open(pkg, [ROOT])!;
    const bench = await Bench.open(pkg, CONFIG[pkg]!);
    const types = sdk
      .tokens()
      .filter((type) => bench.source.fidelity(type) === "shape-only" || pkg === "kubernetes" || pkg === "tls");
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...types), (type) => law(type, sdk, bench)),
      { numRuns: 60 },
    );
  };
}

/** Every required input, and some value of its type. */
function minimal(type: string, sdk: SdkPackage): Properties {
  const inputs: Properties = {};
  for (const [name, { type: of, optional }] of sdk.resource(type)!.inputs) {
    if (!optional) inputs[name] = madeUp(of, name, type, sdk.declarations, () => undefined);
  }
  return inputs;
}

for (const pkg of Object.keys(CONFIG)) {
  describe(`every type of ${pkg}`, () => {
    it(
      "has its required properties as failures of an empty input, and no others",
      eachType(pkg, async (type, sdk, bench) => {
        const { failures } = await bench.provider.check({
          ...bench.identity(type, "x"),
          olds: {},
          news: {},
          randomSeed: "s",
        });
        const missing = failures
          .filter(({ reason }) => reason.startsWith("missing required"))
          .map(({ property }) => property);
        // Kubernetes names an object, and so gives the metadata that is required.
        const named = pkg === "kubernetes" ? ["metadata"] : [];
        const required = [...sdk.resource(type)!.inputs].filter(([, { optional }]) => !optional).map(([name]) => name);
        assert.deepEqual(
          new Set(missing.filter((name) => !named.includes(name))),
          new Set(required.filter((name) => !named.includes(name))),
        );
      }),
    );

    it(
      "refuses an unknown property and a value of the wrong type, by path",
      eachType(pkg, async (type, sdk, bench) => {
        const news: Properties = { ...minimal(type, sdk), nonsense: 1 };
        const text = [...sdk.resource(type)!.inputs].find(([, { type: of }]) => of.kind === "string")?.[0];
        if (text !== undefined) news[text] = [7];
        const { failures } = await bench.provider.check({
          ...bench.identity(type, "x"),
          olds: {},
          news,
          randomSeed: "s",
        });
        assert.ok(
          failures.some(
            ({ property, reason }) => property === "nonsense" && /unknown property "nonsense"/.test(reason),
          ),
        );
        if (text !== undefined)
          assert.ok(
            failures.some(({ property, reason }) => property === text && /must be a string; got \[7\]/.test(reason)),
          );
      }),
    );

    if (pkg === "tls" || pkg === "kubernetes") return;

    it(
      "is previewed without ids, made with type-correct values, and the same at the second run",
      eachType(pkg, async (type, sdk, bench) => {
        const news = minimal(type, sdk);
        const identity = bench.identity(type, `x${bench.made.length}`);
        const { inputs, failures } = await bench.provider.check({ ...identity, olds: {}, news, randomSeed: "seed" });
        assert.deepEqual(failures, []);
        const preview = await bench.provider.create({ ...identity, inputs, preview: true, timeoutSeconds: 0 });
        assert.equal(preview.id, "");
        const made = await bench.make(type, news, identity.name);
        assert.notEqual(made.id, "");
        for (const [name, value] of Object.entries(preview.outputs)) {
          if (value !== UNKNOWN && typeof value === "string") assert.deepEqual(value, made.outputs[name], name);
          assert.ok(typeof value !== "string" || !value.includes(made.id), `${name} of the preview tells the id`);
        }
        assert.ok(!JSON.stringify(made.outputs).includes(UNKNOWN));
        assert.equal((await bench.diff(made, news)).changes, "none");
      }),
    );

    it(
      "takes unknown values everywhere",
      eachType(pkg, async (type, sdk, bench) => {
        const names = [...sdk.resource(type)!.inputs.keys()];
        const news = Object.fromEntries(names.map((name) => [name, UNKNOWN]));
        const { failures } = await bench.provider.check({
          ...bench.identity(type, "x"),
          olds: {},
          news,
          randomSeed: "s",
        });
        assert.deepEqual(failures, []);
      }),
    );
  });
}

describe("types that no SDK knows", () => {
  it("are refused with the nearest that one knows", async () => {
    const bench = await Bench.open("aws", CONFIG.aws!);
    for (const [wrong, right] of [
      ["aws:eks/clutser:Clutser", "aws:eks/cluster:Cluster"],
      ["aws:ec2/nodeGroup:NodeGroup", "aws:eks/nodeGroup:NodeGroup"],
    ]) {
      assert.match(await bench.refusal(wrong!, {}), new RegExp(`did you mean ${right}`));
      assert.equal(bench.source.fidelity(wrong!), undefined);
    }
    assert.equal(await bench.source.open("no-such-package", ""), undefined);
    assert.equal(await bench.source.open("../../etc", ""), undefined);
  });

  it("leave prototype keys alone", async () => {
    const bench = await Bench.open("aws", CONFIG.aws!);
    const inputs = JSON.parse('{"cidrBlock":"10.0.0.0/16","__proto__":{"a":1},"constructor":"x"}') as Properties;
    assert.match(await bench.refusal("aws:ec2/vpc:Vpc", inputs), /unknown property "constructor"/);
    assert.equal(bench.source.fidelity("__proto__"), undefined);
    assert.equal(bench.source.fidelity("aws:constructor:toString"), undefined);
  });
});
