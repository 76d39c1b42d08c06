import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { FleetSpec, SiteSpec } from "../../lib";
import { route53 } from "../../lib/aws";
import { cloudDns } from "../../lib/gcp";
import { recordFleet } from "../support/clouds";
import { ACME, gateway } from "../support/gateway";
import { childrenOf, type Graph, type Registered } from "../support/graph";
import { aksSite, eksSite, fleetSpec, gkeSite } from "../support/specs";
import { CLOUD_DNS, ROUTE53, traffic } from "../support/traffic";

const SITE = "multisite:index:Site";
const LONG = "site-of-the-north-with-long-name"; // 32 characters: the longest
const POOLS = ["base", "longestname1"];

function pools(machineType: string) {
  return POOLS.map((name) => ({ name, machineType, nodes: 3 }));
}

/** Two sites of each kind, in one region, project and subscription; the second of each is called what `names` says. */
function threeClouds(names = ["a", "b", LONG], tags: Record<string, string> = { team: "shop" }): FleetSpec {
  const [eksName, gkeName, aksName] = names as [string, string, string];
  const sites: SiteSpec[] = [
    eksSite("frankfurt", 1, { pools: pools("m6i.xlarge") }),
    eksSite(eksName, 2, { pools: pools("m6i.xlarge") }),
    gkeSite("belgium", 3, { pools: pools("n2-standard-4"), tags: { cell: "7" } }),
    gkeSite(gkeName, 4, { pools: pools("n2-standard-4"), apiAccess: { mode: "dns" }, tags: { cell: "7" } }),
    aksSite("amsterdam", 5, { pools: pools("Standard_D4s_v5"), tags: { cell: "7" } }),
    aksSite(aksName, 6, { pools: pools("Standard_D4s_v5"), tags: { cell: "7" } }),
  ];
  return fleetSpec(sites, { tags, faultDomain: "provider" });
}

function clouds(graph: Graph, site: string): Registered[] {
  const children = childrenOf(graph, graph.one(SITE, site).urn);
  return children.filter(({ type }) => ["aws", "gcp", "azure-native"].includes(type.split(":")[0] ?? ""));
}

test("every resource and every invoke has the provider of its own site: default providers may be disabled", async () => {
  const graph = await recordFleet(threeClouds());
  const customs = graph.resources.filter(({ custom, type }) => custom && !type.startsWith("pulumi:providers:"));
  assert.ok(customs.length > 150);
  for (const { urn, type, parent, provider } of customs) {
    const made = graph.resources.find((one) => one.urn === provider && one.parent === parent);
    assert.equal(made?.type, `pulumi:providers:${type.split(":")[0]}`, urn);
  }
  assert.deepEqual(graph.invokes.map(({ token }) => token.split(":").at(-1)).sort(), [
    "getProject",
    "getProject",
    "listManagedClusterUserCredentials",
    "listManagedClusterUserCredentials",
  ]);
  const used = graph.invokes.map(({ provider }) => provider);
  assert.equal(new Set(used).size, 4, "each of another site");
  for (const provider of used) assert.ok(graph.resources.some(({ urn }) => urn === provider));
});

/** Names as close to the library's own words for children as names may be. */
const siteNames = fc.uniqueArray(
  fc
    .array(fc.constantFrom("a", "b", "nodes", "mesh", "secrets", "network", "node", "subnet", "load", "balancers"), {
      minLength: 1,
      maxLength: 4,
    })
    .map((words) => words.join("-"))
    .filter((name) => name.length <= 32),
  { minLength: 3, maxLength: 3 },
);

test("sites never collide, whatever their names, also in one region, project and subscription", async () => {
  await fc.assert(
    fc.asyncProperty(siteNames, async (names) => {
      const { resources } = await recordFleet(threeClouds(names));
      assert.equal(new Set(resources.map(({ urn }) => urn)).size, resources.length);
    }),
    { numRuns: 4 },
  );
});

test("a site that goes changes nothing below the others", async () => {
  const full = threeClouds();
  const before = await recordFleet(full);
  const after = await recordFleet({ ...full, sites: full.sites.filter(({ name }) => name !== "amsterdam") });
  for (const name of ["belgium", "b", LONG])
    assert.deepEqual(childrenOf(after, after.one(SITE, name).urn), childrenOf(before, before.one(SITE, name).urn));
});

test("at preview, with nothing known of any cluster, the same resources are declared", async () => {
  const urns = ({ resources }: Graph) => resources.map(({ urn }) => urn).sort();
  const [preview, up] = [await recordFleet(threeClouds(), { preview: true }), await recordFleet(threeClouds())];
  assert.deepEqual(urns(preview), urns(up));
});

/** Types whose cloud lets nobody put tags or labels on them. */
const UNTAGGABLE = [
  "gcp:compute/network:Network",
  "gcp:compute/router:Router",
  "gcp:compute/routerNat:RouterNat",
  "gcp:compute/subnetwork:Subnetwork",
  "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember",
  "gcp:kms/keyRing:KeyRing",
  "gcp:logging/projectBucketConfig:ProjectBucketConfig",
  "gcp:logging/projectSink:ProjectSink",
  "gcp:projects/iAMMember:IAMMember",
  "gcp:serviceaccount/account:Account",
  "azure-native:authorization:ManagementLockByScope",
  "azure-native:authorization:RoleAssignment",
  "azure-native:containerservice:MaintenanceConfiguration",
  "azure-native:monitor:DiagnosticSetting",
  "azure-native:network:Subnet",
];

/** Where a type carries them. */
function tagsOf({ type, inputs }: Registered): unknown {
  if (type === "gcp:container/nodePool:NodePool")
    return (inputs.nodeConfig as { resourceLabels: unknown }).resourceLabels;
  return inputs.tags ?? inputs.labels ?? inputs.resourceLabels;
}

test("everything that can carry tags has the fleet's, the site's and the library's", async () => {
  const graph = await recordFleet(threeClouds());
  for (const [site, number] of [
    ["belgium", "3"],
    ["amsterdam", "5"],
  ] as const) {
    const taggable = clouds(graph, site).filter(({ type }) => !UNTAGGABLE.includes(type));
    assert.ok(taggable.length >= 6);
    for (const one of taggable) {
      const tags = { team: "shop", cell: "7", "multisite-site": site, "multisite-number": number };
      assert.deepEqual(tagsOf(one), tags, one.urn);
    }
  }
  const [{ agentPoolProfiles }] = graph
    .all("azure-native:containerservice:ManagedCluster")
    .map(({ inputs }) => inputs) as [{ agentPoolProfiles: { tags: Record<string, string> }[] }];
  assert.equal(agentPoolProfiles[0]?.tags["multisite-site"], "amsterdam", "the system pool's machines too");
});

test("a vault's key takes fifteen tags, the library's own among them", async () => {
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`tag${i}`, "x"]));
  const graph = await recordFleet(threeClouds(["a", "b", LONG], many));
  const tags = graph.one("azure-native:keyvault:Key", "amsterdam-secrets").inputs.tags as Record<string, string>;
  assert.equal(Object.keys(tags).length, 15);
  assert.deepEqual([tags["multisite-site"], tags["multisite-number"]], ["amsterdam", "5"]);
});

const ELASTIC = /^(?!internal-)[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/;
const COMPUTE = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** The physical name of a type, given or made up from the logical one, and what its cloud takes. */
const NAMES: Readonly<Record<string, readonly [input: string, madeUp: string, rule: RegExp]>> = {
  "aws:ec2/launchTemplate:LaunchTemplate": ["name", "-1a2b3c4", /^[\w()./-]{3,128}$/],
  "aws:ec2/securityGroup:SecurityGroup": ["name", "-1a2b3c4", /^(?!sg-)[\w ()./:-]{1,255}$/],
  "aws:eks/cluster:Cluster": ["name", "-1a2b3c4", /^[0-9A-Za-z][\w-]{0,99}$/],
  "aws:eks/nodeGroup:NodeGroup": ["nodeGroupName", "-1a2b3c4", /^[0-9A-Za-z][\w-]{0,62}$/],
  "aws:iam/role:Role": ["name", "-1a2b3c4", /^[\w+=,.@-]{1,64}$/],
  "aws:lb/loadBalancer:LoadBalancer": ["name", "-1a2b3c4", ELASTIC],
  "aws:lb/targetGroup:TargetGroup": ["name", "-1a2b3c4", ELASTIC],
  "gcp:compute/address:Address": ["name", "-1a2b3c4", COMPUTE],
  "gcp:compute/network:Network": ["name", "-1a2b3c4", COMPUTE],
  "gcp:compute/router:Router": ["name", "-1a2b3c4", COMPUTE],
  "gcp:compute/routerNat:RouterNat": ["name", "-1a2b3c4", COMPUTE],
  "gcp:compute/subnetwork:Subnetwork": ["name", "-1a2b3c4", COMPUTE],
  "gcp:container/cluster:Cluster": ["name", "-1a2b3c4", /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/],
  "gcp:container/nodePool:NodePool": ["name", "-1a2b3c4", /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/],
  "gcp:kms/cryptoKey:CryptoKey": ["name", "-1a2b3c4", /^[\w-]{1,63}$/],
  "gcp:kms/keyRing:KeyRing": ["name", "-1a2b3c4", /^[\w-]{1,63}$/],
  "gcp:logging/projectBucketConfig:ProjectBucketConfig": ["bucketId", "", /^[A-Za-z0-9][\w.-]{0,99}$/],
  "gcp:logging/projectSink:ProjectSink": ["name", "-1a2b3c4", /^[\w.-]{1,100}$/],
  "gcp:serviceaccount/account:Account": ["accountId", "", /^[a-z][-a-z0-9]{4,28}[a-z0-9]$/],
  "azure-native:containerservice:AgentPool": ["agentPoolName", "", /^[a-z][a-z0-9]{0,11}$/],
  "azure-native:containerservice:ManagedCluster": ["resourceName", "", /^[A-Za-z0-9]([\w-]{0,61}[A-Za-z0-9])?$/],
  "azure-native:keyvault:Key": ["keyName", "", /^[A-Za-z0-9-]{1,127}$/],
  "azure-native:keyvault:Vault": ["vaultName", "1a2b3c4d", /^[A-Za-z](?!.*--)[A-Za-z0-9-]{1,22}[A-Za-z0-9]$/],
  "azure-native:managedidentity:UserAssignedIdentity": ["resourceName", "1a2b3c4d", /^[A-Za-z0-9][\w-]{2,127}$/],
  "azure-native:network:NetworkSecurityGroup": ["networkSecurityGroupName", "1a2b3c4d", /^[\w.-]{1,80}$/],
  "azure-native:network:Subnet": ["subnetName", "", /^[\w.-]{1,80}$/],
  "azure-native:network:VirtualNetwork": ["virtualNetworkName", "1a2b3c4d", /^[\w.-]{2,64}$/],
  "azure-native:operationalinsights:Workspace": [
    "workspaceName",
    "1a2b3c4d",
    /^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$/,
  ],
  "azure-native:resources:ResourceGroup": ["resourceGroupName", "1a2b3c4d", /^[\w().-]{1,73}$/], // "-nodes" follows: 80
};

test("the longest, the shortest and the oddest names of sites fit every cloud", async () => {
  for (const name of [LONG, "a", "a--b"]) {
    const [eksName, gkeName, aksName] = ["x", "y", "z"].map((last) => `${name.slice(0, -1)}${last}`) as [
      string,
      string,
      string,
    ];
    const sites = [
      eksSite(eksName, 1, { pools: pools("m6i.xlarge") }),
      gkeSite(gkeName, 2, { pools: pools("n2-standard-4") }),
      aksSite(aksName, 3, { pools: pools("Standard_D4s_v5") }),
    ];
    const served = traffic({ gateway: gateway({ certificate: ACME }), providers: [ROUTE53] });
    const more = { services: [route53], tunnelSecret: "a secret of 32 characters, or more" };
    const graph = await recordFleet(fleetSpec(sites, { underlay: {}, traffic: served }), {}, more);
    for (const site of sites) {
      const checked = clouds(graph, site.name).filter(({ type, name: logical, inputs }) => {
        const rule = NAMES[type];
        if (rule) assert.match(String(inputs[rule[0]] ?? `${logical}${rule[1]}`), rule[2], type);
        return rule;
      });
      assert.ok(checked.length > 10, `${checked.length} resources of ${site.kind} have a name`);
    }
  }
});

test("a managed zone of Cloud DNS has a name that Google takes, whatever the domain is called", async () => {
  for (const zone of ["example.com", "3m.example", `${"long.".repeat(14)}example.com`]) {
    const spec = fleetSpec([eksSite("frankfurt", 1), gkeSite("belgium", 2)], {
      traffic: traffic({ zone, domain: `shop.${zone}`, providers: [CLOUD_DNS] }),
    });
    const graph = await recordFleet(spec, {}, { services: [cloudDns] });
    const { name } = graph.one("gcp:dns/managedZone:ManagedZone", zone).inputs;
    assert.match(String(name), COMPUTE);
  }
});

test("no credential of any cloud is in any input", async () => {
  const graph = await recordFleet(threeClouds());
  assert.doesNotMatch(JSON.stringify(graph.resources), /hush|client-key|"token":|password/i);
});
