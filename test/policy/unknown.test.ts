import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { known } from "pulumi-multisite/plan";
import { rules } from "../../policy/policies";
import { type SentResource, urnOf } from "../support/packProcess";
import { deployment, GKE, GKE_POOL, threeClusters } from "../support/programs";
import { type AskedResource, eks, onFleet, onProgram, onStack, UNKNOWN_VALUE } from "./fakes";

const MANDATORY = rules.filter(({ level }) => level === "mandatory").map(({ name }) => name);
const ALL = ["multisite", ...rules.map(({ name }) => name)];

/** The paths of all values in plain data. */
function paths(value: unknown, path: readonly string[] = []): string[][] {
  if (value === null || typeof value !== "object") return [[...path]];
  const below = Object.entries(value).flatMap(([key, member]) => paths(member, [...path, key]));
  return path.length === 0 ? below : [[...path], ...below];
}

/** The same data with unknowns in some places. */
function withUnknowns<T>(value: T, places: readonly (readonly string[])[]): T {
  const copy = structuredClone(value);
  for (const place of places) {
    let at: unknown = copy;
    for (const step of place.slice(0, -1)) {
      if (at === null || typeof at !== "object") break;
      at = (at as Record<string, unknown>)[step];
    }
    if (at !== null && typeof at === "object") (at as Record<string, unknown>)[place.at(-1) ?? ""] = UNKNOWN_VALUE;
  }
  return copy;
}

/** Two clusters on GKE, made of literals, with a pool each, as a preview shows them: what the provider computes is open. */
function twoOnGke(pool: object): AskedResource[] {
  return ["europe-west1", "europe-west4"].flatMap((location): AskedResource[] => {
    const cluster = { name: location, location, initialNodeCount: 1, removeDefaultNodePool: true };
    const nodes = {
      cluster: UNKNOWN_VALUE,
      location,
      nodeCount: 2,
      nodeConfig: { machineType: "n2-standard-4" },
      ...pool,
    };
    const config = nodes.nodeConfig;
    const open = typeof config === "object" ? { ...config, labels: UNKNOWN_VALUE, imageType: UNKNOWN_VALUE } : config;
    const kubernetes = { type: "pulumi:providers:kubernetes", name: location };
    const web = deployment(location, "web", 2, { cpu: "500m", memory: "1Gi" });
    return [
      {
        ...{ type: GKE, name: location, inputs: cluster },
        props: { ...cluster, nodeLocations: UNKNOWN_VALUE, nodePools: UNKNOWN_VALUE, endpoint: UNKNOWN_VALUE },
      },
      {
        ...{ type: GKE_POOL, name: location, inputs: nodes },
        props: { ...nodes, nodeConfig: open, initialNodeCount: UNKNOWN_VALUE, maxPodsPerNode: UNKNOWN_VALUE },
        propertyDependencies: { cluster: [urnOf(GKE, location)] },
      },
      { ...kubernetes, inputs: {}, propertyDependencies: { kubeconfig: [urnOf(GKE, location)] } },
      { ...web, inputs: web.props ?? {} },
    ];
  });
}

describe("unknown values", () => {
  const short = {
    sites: [eks(0, { nodes: 2, labels: { tier: "web" } }), eks(1, {}), eks(2, {})],
    demand: { cpu: 20, memoryGiB: 60, pods: 200 },
    tags: { team: "shop" },
  };

  it("never soften a mandatory rule on a Fleet that does not hold", () => {
    fc.assert(
      fc.property(fc.subarray(paths(short), { minLength: 1, maxLength: 4 }), (places) => {
        const spec = withUnknowns(short, places);
        assert.ok(onFleet(MANDATORY, spec).messages.length > 0);
      }),
    );
  });

  it("never soften a mandatory rule on a program that does not hold", () => {
    const program = threeClusters([3, 3, 2]);
    const all = program.flatMap(({ props }, i) => paths(props ?? {}).map((path) => [String(i), "props", ...path]));
    fc.assert(
      fc.property(fc.subarray(all, { minLength: 1, maxLength: 4 }), (places) => {
        const sent = withUnknowns<readonly SentResource[]>(program, places);
        assert.ok(onStack(MANDATORY, sent).messages.length > 0);
      }),
      { numRuns: 200 },
    );
  });

  it("never make a rule throw, wherever they are", () => {
    const program = threeClusters([3, 3, 3]);
    const all = program.flatMap(({ props }, i) => paths(props ?? {}).map((path) => [String(i), "props", ...path]));
    for (const place of all) {
      const sent = withUnknowns<readonly SentResource[]>(program, [place]);
      for (const message of onStack(ALL, sent).messages) assert.doesNotMatch(message, /could not be judged/);
    }
  });

  it("and null, as NaN arrives, count as nothing", () => {
    for (const nodes of [null, Number.NaN, -1, "3", [3], {}]) {
      assert.ok(onStack(MANDATORY, threeClusters([3, 3, nodes])).messages.length > 0, String(nodes));
    }
  });

  it("of a GKE cluster's outputs are none of the program's, which has given literals", () => {
    assert.deepEqual(onProgram(MANDATORY, twoOnGke({})).messages, []);
  });

  it("are told where the program itself has given them", () => {
    const rows: [pool: object, told: RegExp][] = [
      [{ nodeCount: UNKNOWN_VALUE }, /nodeCount of site .* unknown/],
      [{ nodeConfig: UNKNOWN_VALUE }, /nodeConfig.* of site .* unknown/],
      [{ nodeConfig: { machineType: UNKNOWN_VALUE } }, /nodeConfig\.machineType of site .* unknown/],
      [{ nodeLocations: ["europe-west1-b", UNKNOWN_VALUE] }, /nodeLocations\[1\] of site .* unknown/],
    ];
    for (const [pool, told] of rows) {
      assert.match(onProgram("n1-002-capacity-known", twoOnGke(pool)).messages.join("\n"), told);
    }
  });

  it("never soften a mandatory rule on a program that does not hold, whose inputs were seen", () => {
    const program = threeClusters([3, 3, 2]).map((one) => ({ ...one, inputs: one.props ?? {} }));
    const all = program.flatMap(({ inputs }, i) => paths(inputs).map((path) => [String(i), "inputs", ...path]));
    fc.assert(
      fc.property(fc.subarray(all, { minLength: 1, maxLength: 4 }), (places) => {
        const asked = withUnknowns(program, places).map((one) => ({ ...one, props: one.inputs }));
        assert.ok(onProgram(MANDATORY, asked).messages.length > 0);
      }),
      { numRuns: 100 },
    );
  });

  it("are the only thing that a copy of properties loses", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => assert.deepEqual(known(value), value)));
  });
});

describe("secrets", () => {
  /** Everything that the program says which is no name, place, machine or count: a message has no business with it. */
  it("appear in no message", () => {
    const secret = "s3cr3t-value";
    const program = threeClusters([3, 3, 2]).map((one) => {
      const props = structuredClone(one.props ?? {}) as Record<string, unknown>;
      return {
        ...one,
        props: { ...props, kubeconfig: secret, tags: { token: secret }, userData: secret, data: { a: secret } },
      };
    });
    assert.doesNotMatch(onStack(ALL, program).messages.join("\n"), /s3cr3t/);
  });
});
