import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { meshRules } from "../../policy/mesh";
import type { Settings } from "../../policy/settings";
import { type SentResource, urnOf } from "../support/packProcess";
import { AKS, AKS_POOL, ciliumValues, EKS, eksCluster, eksPool, GKE, inCluster, kubernetes } from "../support/programs";
import { onStack, UNKNOWN_VALUE } from "./fakes";

const RELEASE = "kubernetes:helm.sh/v3:Release";
const CHART = "kubernetes:helm.sh/v4:Chart";
const VPC = "aws:ec2/vpc:Vpc";
const SUBNET = "aws:ec2/subnet:Subnet";

/** Values of two sites as somebody may write them by hand, and right. */
interface Given {
  readonly [site: string]: { readonly values?: object; readonly version?: string; readonly more?: object };
}

function release(site: string, given: object, version = "1.19.5", more: object = {}): SentResource {
  const props = { chart: "cilium", version, values: given, ...more };
  return { ...inCluster(site, "helm.sh/v3:Release", "cilium", {}), type: RELEASE, props };
}

/** Two clusters with networks of their own, and Cilium in each. */
function twoSites(given: Given = {}): SentResource[] {
  return ["frankfurt", "ireland"].flatMap((site, i) => {
    const { values: own = ciliumValues(i + 1), version, more } = given[site] ?? {};
    return [
      { type: VPC, name: site, props: { cidrBlock: `10.${i + 1}.0.0/16` } },
      { type: SUBNET, name: site, props: {}, propertyDependencies: { vpcId: [urnOf(VPC, site)] } },
      {
        ...eksCluster(site, i === 0 ? "eu-central-1" : "eu-west-1"),
        propertyDependencies: { vpcConfig: [urnOf(SUBNET, site)] },
      },
      kubernetes(site),
      release(site, own, version, more),
    ];
  });
}

/** What all rules of the mesh say of a program, each with its id before it. */
function said(resources: readonly SentResource[], own: Settings = {}): string[] {
  return meshRules.flatMap(({ name }) =>
    onStack(name, resources, { own }).messages.map((message) => `${name.slice(0, 6)} ${message}`),
  );
}

const ingress = (props: object): SentResource => ({
  type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  name: "nodes",
  props,
});
const wireguard = (source: unknown) =>
  ingress({ ipProtocol: "udp", fromPort: 51_871, toPort: 51_871, cidrIpv4: source });

const GOOD: readonly (readonly [string, SentResource[]])[] = [
  ["two sites as they should be", twoSites()],
  ["one minor version apart", twoSites({ ireland: { version: "1.20.2" } })],
  ["no mesh at all, whatever the values", twoSites({ frankfurt: { values: {} }, ireland: { values: {} } })],
  ["other charts", [...twoSites(), release("ireland", { cluster: { id: 999 } }, "1", { chart: "redis" })]],
  ["values that are not known", twoSites({ ireland: { values: UNKNOWN_VALUE as unknown as object } })],
  ["single values that are not known", twoSites({ ireland: { values: unknownValues() } })],
  [
    "files that give what the values do not",
    twoSites({ ireland: { values: { clustermesh: { useAPIServer: true } }, more: { valueYamlFiles: [{}] } } }),
  ],
  ["an opening to a peer's nodes", [...twoSites(), wireguard("10.2.0.0/16"), wireguard("10.1.128.0/20")]],
  ["an opening whose source is not known", [...twoSites(), wireguard(UNKNOWN_VALUE)]],
  [
    "what is open to all but is none of the mesh's",
    [...twoSites(), ingress({ ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: "0.0.0.0/0" })],
  ],
  [
    "what is open to all without a mesh",
    [...twoSites({ frankfurt: { values: {} }, ireland: { values: {} } }), wireguard("0.0.0.0/0")],
  ],
  [
    "IPv6 with WireGuard where links are wide",
    twoSites({ frankfurt: { values: ciliumValues(1, { ipv6: { enabled: true }, MTU: 8500 }) } }),
  ],
];

/** Every part of the values that a rule reads, not known before the update. */
function unknownValues() {
  const unknown = UNKNOWN_VALUE;
  return {
    cluster: { name: unknown, id: unknown },
    routingMode: unknown,
    ipv6: { enabled: unknown },
    MTU: unknown,
    ipam: { operator: { clusterPoolIPv4PodCIDRList: [unknown] } },
    encryption: { enabled: unknown },
    clustermesh: { useAPIServer: true, cacheTTL: unknown, maxConnectedClusters: unknown },
  };
}

const with1 = (more: object, mesh: object = {}) => twoSites({ frankfurt: { values: ciliumValues(1, more, mesh) } });
const named = (name: string, id = 1) => with1({ cluster: { name, id } });

const WRONG: readonly (readonly [string, SentResource[], readonly string[]])[] = [
  [
    "an id of 0",
    named("site-1", 0),
    ["me-001 Cilium at frankfurt has cluster.id 0: give 1 to 255 (clustermesh.maxConnectedClusters)."],
  ],
  [
    "an id out of range",
    named("site-1", 300),
    ["me-001 Cilium at frankfurt has cluster.id 300: give 1 to 255 (clustermesh.maxConnectedClusters)."],
  ],
  [
    "an id given twice",
    named("site-1", 2),
    ["me-001 Cilium at ireland has cluster.id 2, which frankfurt has already."],
  ],
  [
    "a name given twice",
    named("site-2"),
    [`me-001 Cilium at ireland has cluster.name "site-2", which frankfurt has already.`],
  ],
  [
    "the name of nobody",
    named("default"),
    [`me-001 Cilium at frankfurt has cluster.name "default": a mesh takes any other.`],
  ],
  [
    "a name of 33 letters",
    named("a".repeat(33)),
    [
      `me-001 Cilium at frankfurt has cluster.name "${"a".repeat(33)}": give 1 to 32 of a-z, 0-9 and "-", beginning and ending with a letter or digit.`,
    ],
  ],
  [
    "an id that ENI has taken",
    with1({ cluster: { name: "site-1", id: 130 }, eni: { enabled: true }, routingMode: "tunnel" }),
    [
      "me-001 Cilium at frankfurt has cluster.id 130 and eni.enabled, which keeps the same bit of a connection's mark: give 1 to 127.",
    ],
  ],
  [
    "one pool of pods in both",
    with1({ ipam: { operator: { clusterPoolIPv4PodCIDRList: ["10.102.0.0/20"] } } }),
    [
      "me-002 The pods of frankfurt (10.102.0.0/20) overlap the pods of ireland (10.102.0.0/16): give ranges that do not.",
    ],
  ],
  [
    "Cilium's own pool, which overlaps all",
    with1({ ipam: {} }),
    [
      "me-002 The nodes of frankfurt (10.1.0.0/16) overlap the pods of frankfurt (10.0.0.0/8): give ranges that do not.",
      "me-002 The pods of frankfurt (10.0.0.0/8) overlap the nodes of ireland (10.2.0.0/16): give ranges that do not.",
      "me-002 The pods of frankfurt (10.0.0.0/8) overlap the pods of ireland (10.102.0.0/16): give ranges that do not.",
    ],
  ],
  [
    "a range that is not canonical",
    with1({ ipam: { operator: { clusterPoolIPv4PodCIDRList: ["10.103.1.0/16"] } } }),
    ["me-002 The pods of frankfurt have 10.103.1.0/16, which is no canonical range: give 10.103.0.0/16."],
  ],
  [
    "backends that are never let go",
    with1({}, { cacheTTL: "0s" }),
    ["me-003 Cilium at frankfurt has clustermesh.cacheTTL 0s, so it keeps a dead site's backends for ever: give 180s."],
  ],
  [
    "the chart's default, which is as bad",
    with1({ clustermesh: { useAPIServer: true } }),
    ["me-003 Cilium at frankfurt has clustermesh.cacheTTL 0s, so it keeps a dead site's backends for ever: give 180s."],
  ],
  [
    "two datapaths",
    with1({ eni: { enabled: true }, ipam: { mode: "eni" } }),
    ["me-004 The sites of one mesh have one datapath, but there is native at frankfurt; vxlan at ireland."],
  ],
  [
    "a site behind another CNI",
    with1({ cni: { chainingMode: "aws-cni" } }),
    [
      "me-004 The sites of one mesh have one datapath, but there is vxlan (cni.chainingMode aws-cni) at frankfurt; vxlan at ireland.",
    ],
  ],
  [
    "two tunnels",
    with1({ tunnelProtocol: "geneve" }),
    ["me-004 The sites of one mesh have one datapath, but there is geneve at frankfurt; vxlan at ireland."],
  ],
  [
    "two maximums",
    with1({}, { maxConnectedClusters: 511 }),
    [
      "me-005 The sites of one mesh have one clustermesh.maxConnectedClusters, but there is 511 at frankfurt; 255 at ireland.",
    ],
  ],
  [
    "a site that does not encrypt",
    with1({ encryption: { enabled: false } }),
    ["me-006 The sites of one mesh have one encryption, but there is none at frankfurt; wireguard at ireland."],
  ],
  [
    "two minor versions apart",
    twoSites({ frankfurt: { version: "1.21.0" } }),
    ["me-007 Cilium is 1.19.5 at ireland and 1.21.0 at frankfurt: sites of one mesh may be one minor version apart."],
  ],
  [
    "a version that forgets nobody",
    twoSites({ frankfurt: { version: "v1.18.4" } }),
    ["me-007 Cilium v1.18.4 at frankfurt never lets a dead site's backends go: install 1.19 or later."],
  ],
  [
    "IPv6 in WireGuard where the MTU is a VPN's",
    with1({ ipv6: { enabled: true }, MTU: 1370 }),
    [
      "me-008 Cilium at frankfurt has IPv6 and WireGuard, and MTU 1370: with 145 bytes added, pods' packets of 1280 bytes are lost. Set ipv6.enabled false, or encryption off.",
    ],
  ],
  [
    "IPv6 in WireGuard beside a VPN",
    [...with1({ ipv6: { enabled: true } }), { type: "gcp:compute/vPNTunnel:VPNTunnel", name: "tunnel" }],
    [
      "me-008 Cilium at frankfurt has IPv6 and WireGuard, and a VPN links the sites: with 145 bytes added, pods' packets of 1280 bytes are lost. Set ipv6.enabled false, or encryption off.",
    ],
  ],
];

const LIST = "aws:ec2/managedPrefixList:ManagedPrefixList";
const ENTRY = "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry";

/** A rule of AWS from a list, whose id is known, or not yet: then the rule says which list it was made from. */
function listed(cidrs: readonly string[], isKnown: boolean, apart?: string): SentResource[] {
  const prefixListId = isKnown ? "pl-1" : (UNKNOWN_VALUE as unknown as string);
  const from = { propertyDependencies: { prefixListId: [urnOf(LIST, "list")] } };
  return [
    { type: LIST, name: "list", props: { ...(isKnown && { id: "pl-1" }), entries: cidrs.map((cidr) => ({ cidr })) } },
    ...(apart === undefined ? [] : [{ type: ENTRY, name: "entry", props: { prefixListId, cidr: apart }, ...from }]),
    { ...ingress({ ipProtocol: "udp", fromPort: 51_871, toPort: 51_871, prefixListId }), ...from },
  ];
}

describe("rules that name a prefix list", () => {
  const wide = (range: string) =>
    `me-009 nodes opens 51871/udp (wireguard) of the mesh to ${range}: give 10.1.0.0/16, 10.2.0.0/16.`;

  for (const isKnown of [true, false]) {
    it(`open what the list has, its id ${isKnown ? "known" : "not known yet"}`, () => {
      assert.deepEqual(said([...twoSites(), ...listed(["10.2.0.0/16"], isKnown)]), []);
      assert.deepEqual(said([...twoSites(), ...listed(["10.2.0.0/16", "0.0.0.0/0"], isKnown)]), [wide("0.0.0.0/0")]);
      assert.deepEqual(said([...twoSites(), ...listed(["10.2.0.0/16"], isKnown, "10.9.0.0/16")]), [
        wide("10.9.0.0/16"),
      ]);
    });
  }
});

const OPEN: readonly (readonly [string, SentResource, string])[] = [
  [
    "a rule of AWS",
    wireguard("0.0.0.0/0"),
    "nodes opens 51871/udp (wireguard) of the mesh to 0.0.0.0/0: give 10.1.0.0/16, 10.2.0.0/16.",
  ],
  [
    "a rule of AWS of the old kind",
    {
      type: "aws:ec2/securityGroupRule:SecurityGroupRule",
      name: "old",
      props: {
        type: "ingress",
        protocol: "17",
        fromPort: 8000,
        toPort: 9000,
        cidrBlocks: ["10.1.0.0/16", "10.0.0.0/8"],
      },
    },
    "old opens 8472/udp (vxlan) of the mesh to 10.0.0.0/8: give 10.1.0.0/16, 10.2.0.0/16.",
  ],
  [
    "node ports for everybody",
    {
      type: "aws:ec2/securityGroup:SecurityGroup",
      name: "group",
      props: { ingress: [{ protocol: "tcp", fromPort: 30_000, toPort: 32_767, cidrBlocks: ["0.0.0.0/0"] }] },
    },
    "group opens 32379/tcp (mesh-api-node) of the mesh to 0.0.0.0/0: give 10.1.0.0/16, 10.2.0.0/16.",
  ],
  [
    "a firewall of Google's that names no source",
    {
      type: "gcp:compute/firewall:Firewall",
      name: "open",
      props: { allows: [{ protocol: "tcp", ports: ["2379-4300"] }] },
    },
    "open opens 2379/tcp (mesh-api), 4240/tcp (health) of the mesh to 0.0.0.0/0: give 10.1.0.0/16, 10.2.0.0/16.",
  ],
  [
    "a rule of a firewall policy of Google's",
    {
      type: "gcp:compute/networkFirewallPolicyRule:NetworkFirewallPolicyRule",
      name: "policy",
      props: {
        ...{ direction: "INGRESS", action: "allow" },
        match: { srcIpRanges: ["0.0.0.0/0"], layer4Configs: [{ ipProtocol: "udp", ports: ["8472"] }] },
      },
    },
    "policy opens 8472/udp (vxlan) of the mesh to 0.0.0.0/0: give 10.1.0.0/16, 10.2.0.0/16.",
  ],
  [
    "a rule within a firewall policy of Google's that names neither source nor port",
    {
      type: "gcp:compute/firewallPolicyWithRules:FirewallPolicyWithRules",
      name: "company",
      props: {
        rules: [
          { direction: "INGRESS", action: "deny", match: { layer4Configs: [{ ipProtocol: "udp" }] } },
          { ruleName: "any", direction: "INGRESS", action: "allow", match: { layer4Configs: [{ ipProtocol: "udp" }] } },
          {
            ...{ direction: "INGRESS", action: "allow" },
            match: { srcSecureTags: [{ name: "tagValues/1" }], layer4Configs: [{ ipProtocol: "all" }] },
          },
        ],
      },
    },
    "any of company opens 8472/udp (vxlan), 51871/udp (wireguard) of the mesh to 0.0.0.0/0: give 10.1.0.0/16, 10.2.0.0/16.",
  ],
  [
    "a rule of one version of Azure's API",
    {
      type: "azure-native_network_v20240101:network:SecurityRule",
      name: "pinned",
      props: {
        ...{ direction: "Inbound", access: "Allow", protocol: "*", sourceAddressPrefix: "203.0.113.0/24" },
        destinationPortRanges: ["4240"],
      },
    },
    "pinned opens 4240/tcp (health) of the mesh to 203.0.113.0/24: give 10.1.0.0/16, 10.2.0.0/16.",
  ],
  [
    "a rule within a group of Azure",
    {
      type: "azure-native:network:NetworkSecurityGroup",
      name: "guard",
      props: {
        securityRules: [
          {
            ...{ name: "all", direction: "Inbound", access: "Allow", protocol: "Udp", sourceAddressPrefix: "Internet" },
            destinationPortRange: "*",
          },
        ],
      },
    },
    "all of guard opens 8472/udp (vxlan), 51871/udp (wireguard) of the mesh to 0.0.0.0/0: give 10.1.0.0/16, 10.2.0.0/16.",
  ],
];

const MANAGED_FLEET = { fleetName: "fleet" };

/** A cluster of another cloud with Cilium of its own, and a program's Cilium within. */
function managed(type: string, props: object): SentResource[] {
  return [{ type, name: "alps", props }, kubernetes("alps", type), release("alps", ciliumValues(3))];
}

const MANAGED: readonly (readonly [string, SentResource[], readonly string[]])[] = [
  ["Dataplane V2", managed(GKE, { datapathProvider: "ADVANCED_DATAPATH" }), ["GKE Dataplane V2"]],
  ["Autopilot", managed(GKE, { enableAutopilot: true }), ["GKE Autopilot, which always has Dataplane V2"]],
  ["the legacy datapath", managed(GKE, { datapathProvider: "LEGACY_DATAPATH" }), []],
  ["a datapath that is not known", managed(GKE, { datapathProvider: UNKNOWN_VALUE }), []],
  [
    "Dataplane V2 where no Cilium of ours is",
    [{ type: GKE, name: "alps", props: { datapathProvider: "ADVANCED_DATAPATH" } }],
    [],
  ],
  ["Azure's Cilium", managed(AKS, { networkProfile: { networkDataplane: "cilium" } }), ["Azure CNI powered by Cilium"]],
  ["no CNI of Azure's", managed(AKS, { networkProfile: { networkPlugin: "none" } }), []],
  [
    "a mesh of Azure's Fleet",
    [
      ...managed(AKS, {}),
      { type: "azure-native:containerservice:ClusterMeshProfile", name: "mesh", props: MANAGED_FLEET },
      member("alps", MANAGED_FLEET),
    ],
    ["a mesh of Azure Kubernetes Fleet Manager"],
  ],
  ["a Fleet of Azure without a mesh", [...managed(AKS, {}), member("alps", MANAGED_FLEET)], []],
  [
    "a mesh of Azure's of other clusters",
    [
      ...managed(AKS, {}),
      { type: AKS, name: "other" },
      { type: AKS_POOL, name: "other-apps", propertyDependencies: { resourceName: [urnOf(AKS, "other")] } },
      {
        type: "azure-native_containerservice_v20260401preview:containerservice:ClusterMeshProfile",
        name: "mesh",
        props: MANAGED_FLEET,
      },
      member("other", MANAGED_FLEET),
    ],
    [],
  ],
];

function member(cluster: string, props: object): SentResource {
  return {
    type: "azure-native:containerservice:FleetMember",
    name: `member-${cluster}`,
    props,
    propertyDependencies: { clusterResourceId: [urnOf(AKS, cluster)] },
  };
}

describe("rules of the mesh, over programs that nobody's library made", () => {
  for (const [title, resources] of GOOD) {
    it(`hold: ${title}`, () => assert.deepEqual(said(resources), []));
  }
  for (const [title, resources, messages] of WRONG) {
    it(`refuse ${title}`, () => assert.deepEqual(said(resources), messages));
  }
  for (const [title, resource, message] of OPEN) {
    it(`refuse ${title}`, () => assert.deepEqual(said([...twoSites(), resource]), [`me-009 ${message}`]));
  }
  for (const [title, resources, whats] of MANAGED) {
    it(`beside ours: ${title}`, () => {
      const found = said(resources).filter((message) => message.startsWith("me-010"));
      const fix = "a cluster has one. Turn the cloud's off, or leave ours out.";
      const wanted = whats.map((what) => `me-010 Site alps has ${what} beside the Cilium of this program: ${fix}`);
      assert.deepEqual(found, wanted);
    });
  }

  it("read charts that the program renders, and what those leave behind", () => {
    const chart = {
      ...release("frankfurt", ciliumValues(0)),
      type: CHART,
      props: { chart: "oci://quay.io/cilium/charts/cilium", version: "1.19.5", values: ciliumValues(0) },
    };
    assert.deepEqual(said([chart]), [
      "me-001 Cilium at frankfurt-cilium has cluster.id 0: give 1 to 255 (clustermesh.maxConnectedClusters).",
    ]);
    const objects = rendered("frankfurt", {
      "cluster-id": "7",
      "cluster-name": "x",
      "clustermesh-cache-ttl": "0s",
      "enable-ipv6": "false",
    });
    assert.deepEqual(said(objects), [
      "me-003 Cilium at frankfurt has clustermesh.cacheTTL 0s, so it keeps a dead site's backends for ever: give 180s.",
      "me-007 Cilium 1.17.3 at frankfurt never lets a dead site's backends go: install 1.19 or later.",
    ]);
    // Of one cluster, both forms are one installation.
    assert.deepEqual(said([...objects, release("frankfurt", ciliumValues(7))]), []);
  });

  it("know a program without clusters by its Cilium", () => {
    const [, , , , first] = twoSites(named("x", 0) && { frankfurt: { values: ciliumValues(0) } });
    assert.deepEqual(said([first!]), [
      "me-001 Cilium at frankfurt-cilium has cluster.id 0: give 1 to 255 (clustermesh.maxConnectedClusters).",
    ]);
  });

  it("judge by what is public only where peers are in other programs", () => {
    const alone = twoSites().slice(0, 5);
    assert.deepEqual(said([...alone, wireguard("192.168.7.0/24")]), []);
    assert.deepEqual(said([...alone, wireguard("203.0.114.0/24")]), [
      "me-009 nodes opens 51871/udp (wireguard) of the mesh to 203.0.114.0/24: give 10.1.0.0/16.",
    ]);
  });

  it("let go of nodes of several clusters in one network", () => {
    const shared = twoSites().map((one) =>
      one.type === EKS && one.name === "ireland"
        ? { ...one, propertyDependencies: { vpcConfig: [urnOf(SUBNET, "frankfurt")] } }
        : one,
    );
    assert.deepEqual(said(shared), []);
    const apart = twoSites().map((one) => (one.type === VPC ? { ...one, props: { cidrBlock: "10.9.0.0/16" } } : one));
    assert.deepEqual(said(apart), [
      "me-002 The nodes of frankfurt (10.9.0.0/16) overlap the nodes of ireland (10.9.0.0/16): give ranges that do not.",
    ]);
  });

  it("accept what is excepted, for its site", () => {
    const exceptions = [
      { rule: "ME-003", site: "frankfurt", reason: "a test of what never ends", expires: "2026-12-31" },
    ];
    const wrong = with1({}, { cacheTTL: "0s" });
    assert.deepEqual(said(wrong, { exceptions }), []);
    assert.equal(said(wrong, { exceptions: [{ ...exceptions[0]!, site: "ireland" }] }).length, 1);
  });
});

/** What a rendered chart leaves in a cluster. */
function rendered(site: string, data: object): SentResource[] {
  const image = { containers: [{ name: "cilium-agent", image: "quay.io/cilium/cilium:v1.17.3@sha256:abc" }] };
  return [
    eksCluster(site, "eu-central-1"),
    eksPool(site, 3),
    kubernetes(site),
    inCluster(site, "core/v1:ConfigMap", "cilium-config", {}, { data }),
    inCluster(site, "apps/v1:DaemonSet", "cilium", { template: { spec: image } }),
    inCluster(site, "apps/v1:Deployment", "clustermesh-apiserver", {}),
  ];
}
