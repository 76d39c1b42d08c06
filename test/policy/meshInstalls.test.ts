import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ResourceValidationArgs } from "@pulumi/policy";
import { unknownCheckingProxy } from "@pulumi/policy";
import { Court } from "../../policy/court";
import { makePolicies } from "../../policy/pack";
import { rules } from "../../policy/policies";
import type { Settings } from "../../policy/settings";
import { urnOf } from "../support/packProcess";
import { ciliumValues } from "../support/programs";
import { common, policyResources, quietly, TODAY, UNKNOWN_VALUE } from "./fakes";

const RELEASE = "kubernetes:helm.sh/v3:Release";

interface Chart {
  readonly name: string;
  readonly values: object;
  readonly version?: string;
  readonly chart?: string;
}

/** A run of the pack: charts one after the other as the engine comes to them, and the stack at the end. */
class Run {
  private readonly policies = makePolicies(rules, new Court(() => TODAY));

  constructor(private readonly config: { readonly [policy: string]: Settings } = {}) {}

  /** What is said of a chart before it is installed. */
  async chart({ name, values: own, version = "1.19.5", chart = "cilium" }: Chart, type = RELEASE): Promise<string[]> {
    const said: string[] = [];
    for (const policy of this.policies) {
      const props = unknownCheckingProxy({ chart, version, values: own }) as Record<string, unknown>;
      const args = { ...this.common(policy.name), type, name, urn: urnOf(type, name), props, opts: {} };
      const { validateResource } = policy;
      const about = (validateResource as { __pulumiType?: string } | undefined)?.__pulumiType;
      if (validateResource === undefined || (about !== undefined && about !== type)) continue;
      quietly(() =>
        validateResource(args as unknown as ResourceValidationArgs, (message: string, urn?: string) => {
          assert.equal(urn, args.urn);
          said.push(`${policy.name.slice(0, 6)} ${message}`);
        }),
      );
    }
    await new Promise(setImmediate);
    return said;
  }

  /** What the rules of the mesh say at the end. */
  async end(charts: readonly Chart[]): Promise<string[]> {
    const sent = charts.map(({ name, values: own, version = "1.19.5" }) => {
      return { type: RELEASE, name, props: { chart: "cilium", version, values: own } };
    });
    const said: string[] = [];
    for (const policy of this.policies) {
      const args = { ...this.common(policy.name), resources: policyResources(sent) };
      quietly(() =>
        policy.validateStack(args as never, (message) => said.push(`${policy.name.slice(0, 6)} ${message}`)),
      );
    }
    await new Promise(setImmediate);
    return said.filter((one) => one.startsWith("me-"));
  }

  private common(policy: string) {
    return { ...common, getConfig: () => this.config[policy] ?? {} };
  }
}

const frankfurt: Chart = { name: "frankfurt", values: ciliumValues(1) };
const dublin = (more: object = {}, mesh: object = {}, rest: Partial<Chart> = {}): Chart => ({
  ...{ name: "dublin", values: ciliumValues(2, more, mesh) },
  ...rest,
});

const WRONG: readonly (readonly [string, Chart, RegExp])[] = [
  [
    "an id that another has",
    { name: "dublin", values: { ...ciliumValues(2), cluster: { name: "x", id: 1 } } },
    /^me-001 Cilium at dublin has cluster\.id 1, which frankfurt has already/,
  ],
  [
    "no name",
    { name: "dublin", values: { ...ciliumValues(2), cluster: { name: "default", id: 2 } } },
    /^me-001 .*"default"/,
  ],
  [
    "pods of another",
    dublin({ ipam: { operator: { clusterPoolIPv4PodCIDRList: ["10.101.0.0/16"] } } }),
    /^me-002 The pods of frankfurt .* overlap/,
  ],
  ["backends for ever", dublin({}, { cacheTTL: "0s" }), /^me-003 Cilium at dublin has clustermesh\.cacheTTL 0s/],
  ["another datapath", dublin({ tunnelProtocol: "geneve" }), /^me-004 .*vxlan at frankfurt; geneve at dublin/],
  ["another maximum", dublin({}, { maxConnectedClusters: 511 }), /^me-005 .*255 at frankfurt; 511 at dublin/],
  ["no encryption", dublin({ encryption: { enabled: false } }), /^me-006 .*wireguard at frankfurt; none at dublin/],
  ["an old version", dublin({}, {}, { version: "1.18.4" }), /^me-007 Cilium 1\.18\.4 at dublin/],
  ["IPv6 through WireGuard", dublin({ ipv6: { enabled: true }, MTU: 1370 }), /^me-008 Cilium at dublin has IPv6/],
];

describe("before it is installed, a Cilium is refused beside another for", () => {
  for (const [what, second, message] of WRONG) {
    it(what, async () => {
      const run = new Run();
      assert.deepEqual(await run.chart(frankfurt), []);
      const said = await run.chart(second);
      assert.equal(said.length, 1, said.join("\n"));
      assert.match(said[0] ?? "", message);
      assert.deepEqual(await run.end([frankfurt, second]), [], "and it is not said again");
    });
  }
});

describe("before it is installed", () => {
  it("what is right is taken, and so is what nobody knows yet, and other charts", async () => {
    const run = new Run();
    const unknown = { ...ciliumValues(3), cluster: UNKNOWN_VALUE, tunnelProtocol: UNKNOWN_VALUE };
    const others: Chart[] = [frankfurt, dublin(), { name: "paris", values: unknown }];
    for (const one of others) assert.deepEqual(await run.chart(one), []);
    assert.deepEqual(await run.chart({ name: "redis", chart: "redis", values: ciliumValues(1) }), []);
  });

  it("two that differ are said once, and a third like one of them is no news", async () => {
    const run = new Run();
    await run.chart(frankfurt);
    assert.equal((await run.chart(dublin({ tunnelProtocol: "geneve" }))).length, 1);
    assert.deepEqual(await run.chart({ name: "paris", values: ciliumValues(3) }), []);
  });

  it("another run forgets what an earlier one came to", async () => {
    const run = new Run();
    await run.chart(frankfurt);
    await run.end([frankfurt]);
    assert.deepEqual(await run.chart({ name: "rome", values: ciliumValues(1) }), []);
  });

  it("nothing is judged that is accepted for some site: which site it is, is known at the end", async () => {
    const accepted = { rule: "ME-003", site: "dublin", reason: "a trial", expires: "2026-12-31" };
    for (const config of [
      { multisite: { exceptions: [accepted] } },
      { "me-003-cache-ttl": { exceptions: [accepted] } },
    ]) {
      const run = new Run(config);
      const second = dublin({}, { cacheTTL: "0s" });
      assert.deepEqual(await run.chart(second), []);
      assert.equal((await run.end([frankfurt, second])).length, 1);
    }
  });
});
