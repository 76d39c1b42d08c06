import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { type ObservedResource, observe } from "pulumi-multisite/plan";
import { meshRules } from "../../policy/mesh";
import { simulatedClouds } from "../../rehearsal/clouds";
import { observedResource } from "../../rehearsal/commands/subject";
import { openSession } from "../../rehearsal/engine";

const PROGRAM = join(__dirname, "../programs/meshed");
const RELEASE = "kubernetes:helm.sh/v3:Release";

const PACK = join(__dirname, "../../dist/policy");

/** What a real fleet of three clouds with links and a mesh is made of, as the pack reads it. */
async function rehearsed(): Promise<readonly ObservedResource[]> {
  const sources = [simulatedClouds({ moduleRoots: [PROGRAM] })];
  const session = await openSession({ projectDir: PROGRAM, sources });
  try {
    const { exit, resources, diagnostics } = await session.up();
    assert.equal(exit, 0, JSON.stringify(diagnostics));
    const { steps } = await session.up();
    const again = steps.filter(({ op }) => op !== "same").map(({ op, urn }) => `${op} ${urn}`);
    assert.deepEqual(again, [], "a second run changes nothing");
    return resources.map(observedResource(resources));
  } finally {
    await session.close();
  }
}

/** What the rules say of resources, each with its id before it. */
function said(resources: readonly ObservedResource[]): string[] {
  const observed = observe(resources);
  return meshRules.flatMap((rule) =>
    (rule.program?.(observed) ?? []).map(({ message }) => `${rule.name.slice(0, 6)} ${message}`),
  );
}

type Props = { [property: string]: unknown };

/** A change of one resource, wherever it is in the graph. */
function changed(
  resources: readonly ObservedResource[],
  isIt: (one: ObservedResource) => boolean,
  change: (props: Props) => Props,
): ObservedResource[] {
  assert.ok(resources.some(isIt), "the graph has what is to be changed");
  return resources.map((one) => (isIt(one) ? { ...one, props: change(one.props as Props) } : one));
}

/** Values merged deeply over those of a site's Cilium. */
function valued(site: string, more: Props) {
  return (resources: readonly ObservedResource[]) =>
    changed(
      resources,
      ({ type, name }) => type === RELEASE && name === `${site}-cilium`,
      (props) => ({ ...props, values: merged(props.values as Props, more) }),
    );
}

function merged(to: Props, more: Props): Props {
  const entries = Object.entries(more).map(([key, value]) => {
    const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
    return [key, isMap ? merged((to[key] ?? {}) as Props, value as Props) : value] as const;
  });
  return { ...to, ...Object.fromEntries(entries) };
}

const propertied = (type: string, name: RegExp, more: Props) => (resources: readonly ObservedResource[]) => {
  const [first] = resources.filter((one) => one.type === type && name.test(one.name));
  return changed(
    resources,
    (one) => one === first,
    (props) => ({ ...props, ...more }),
  );
};

const MUTATIONS: readonly (readonly [
  string,
  (r: readonly ObservedResource[]) => readonly ObservedResource[],
  RegExp,
])[] = [
  [
    "another's number",
    valued("belgium", { cluster: { id: 1 } }),
    /^me-001 Cilium at \S+ has cluster\.id 1, which \S+ has already/,
  ],
  ["another's name", valued("belgium", { cluster: { name: "frankfurt" } }), /^me-001 .*"frankfurt", which/],
  [
    "another's pods",
    valued("frankfurt", { ipam: { operator: { clusterPoolIPv4PodCIDRList: ["10.3.128.0/20"] } } }),
    /^me-002 The pods of \S+ \(10\.3\.128\.0\/\d+\) overlap the pods of \S+/,
  ],
  [
    "another's nodes",
    valued("frankfurt", { ipam: { operator: { clusterPoolIPv4PodCIDRList: ["10.2.0.0/20"] } } }),
    /^me-002 The (pods|nodes) of \S+ \(10\.2\.0\.0\/\d+\) overlap the (pods|nodes) of/,
  ],
  [
    "backends for ever",
    valued("amsterdam", { clustermesh: { cacheTTL: "0s" } }),
    /^me-003 Cilium at \S*amsterdam\S* has/,
  ],
  [
    "the VPC's addresses for pods",
    valued("frankfurt", { eni: { enabled: true }, routingMode: "native" }),
    /^me-004 .*native at/,
  ],
  [
    "more sites than the others know",
    valued("belgium", { clustermesh: { maxConnectedClusters: 511 } }),
    /^me-005 .*511 at/,
  ],
  ["no encryption", valued("belgium", { encryption: { enabled: false } }), /^me-006 .*none at/],
  [
    "a version of another year",
    (resources) =>
      changed(
        resources,
        ({ type, name }) => type === RELEASE && name === "belgium-cilium",
        (props) => ({ ...props, version: "1.17.0" }),
      ),
    /^me-007 Cilium (is )?1\.17\.0 at/,
  ],
  ["dual stack over the VPN", valued("belgium", { ipv6: { enabled: true } }), /^me-008 .*IPv6 and WireGuard/],
  [
    "WireGuard for all of AWS",
    propertied("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", /frankfurt-.*wireguard/, {
      cidrIpv4: "0.0.0.0/0",
    }),
    /^me-009 frankfurt-\S* opens 51871\/udp \(wireguard\) of the mesh to 0\.0\.0\.0\/0/,
  ],
  [
    "VXLAN for all of Google's network",
    propertied("gcp:compute/firewall:Firewall", /belgium-vxlan/, { sourceRanges: ["10.0.0.0/8"] }),
    /^me-009 belgium-vxlan opens 8472\/udp \(vxlan\) of the mesh to 10\.0\.0\.0\/8/,
  ],
  [
    "the mesh API for all of Azure",
    propertied("azure-native:network:SecurityRule", /amsterdam.*mesh-api/, { sourceAddressPrefixes: ["Internet"] }),
    /^me-009 .*2379\/tcp \(mesh-api\) of the mesh to 0\.0\.0\.0\/0/,
  ],
  [
    "Google's own datapath",
    propertied("gcp:container/cluster:Cluster", /belgium/, { datapathProvider: "ADVANCED_DATAPATH" }),
    /^me-010 Site \S+ has GKE Dataplane V2/,
  ],
];

describe("rules of the mesh, over what a fleet really declares", () => {
  let fleet: readonly ObservedResource[] = [];
  before(async () => {
    fleet = await rehearsed();
  });

  it("hold, and have read all that they judge by", () => {
    const { mesh } = observe(fleet);
    assert.deepEqual(said(fleet), []);
    assert.equal(mesh.members.length, 3);
    assert.deepEqual(mesh.ranges.map(({ use }) => use).sort(), [
      ...["nodes", "nodes", "nodes", "pods", "pods", "pods"],
      ...["services", "services", "services"],
    ]);
    assert.ok(mesh.openings.length > 10 && mesh.hasVpn && mesh.peers.isComplete);
  });

  for (const [title, mutate, message] of MUTATIONS) {
    it(`refuse ${title}`, () => {
      const found = said(mutate(fleet));
      assert.ok(found.length > 0 && found.every((one) => message.test(one)), found.join("\n") || "nothing is refused");
    });
  }
});

describe("rules of the mesh, in a run of a fleet", () => {
  const violations = async (source: string) => {
    const sources = [simulatedClouds({ moduleRoots: [PROGRAM] })];
    const config = { source };
    const session = await openSession({ projectDir: PROGRAM, sources, config, policyPacks: [{ dir: PACK }] });
    try {
      const { violations: found } = await session.preview();
      return found.filter(({ policy }) => policy.startsWith("me-")).map(({ message }) => message);
    } finally {
      await session.close();
    }
  };

  it("know its peers by its plan, also while nothing is built", async () => {
    assert.deepEqual(await violations("10.2.0.0/19"), []);
    const [only, ...others] = await violations("10.4.0.0/16");
    assert.match(
      only ?? "",
      /added opens 8472\/udp \(vxlan\) of the mesh to 10\.4\.0\.0\/16: give 10\.1\.0\.0\/19, 10/,
    );
    assert.deepEqual(others, []);
  });
});
