/** A spec of one site of each kind, as loose data that a test may change in any way. */
// biome-ignore lint/suspicious/noExplicitAny: a mutation may write anything anywhere, which is what is tested
export type Loose = any;

const GUID = "0a000000-1111-2222-3333-444444444444";

export function mixedFleet(): Loose {
  return {
    sites: [
      {
        kind: "eks",
        name: "frankfurt",
        number: 1,
        region: "eu-central-1",
        account: "123456789012",
        apiAccess: { mode: "allowlist", cidrs: ["203.0.114.0/24"] },
        pools: [{ name: "apps", machineType: "m6i.xlarge", nodes: 3 }],
      },
      {
        kind: "gke",
        name: "belgium",
        number: 2,
        region: "europe-west1",
        project: "shop-production",
        apiAccess: { mode: "dns" },
        pools: [{ name: "apps", machineType: "n2-standard-4", nodes: 3 }],
      },
      {
        kind: "aks",
        name: "holland",
        number: 3,
        region: "westeurope",
        subscription: GUID,
        tenant: GUID,
        administrators: [GUID],
        apiAccess: { mode: "private" },
        pools: [{ name: "apps", machineType: "Standard_D4s_v5", nodes: 3 }],
      },
      {
        kind: "existing",
        name: "cellar",
        number: 4,
        region: "dc1",
        provider: "vsphere",
        identity: "uid",
        allocatable: { cpu: 12, memoryGiB: 48, pods: 330, nodes: 3, verifiedAt: "2026-11-01" },
        cidrs: { nodes: ["192.168.0.0/24"], pods: ["192.168.64.0/18"], services: ["192.168.2.0/24"] },
      },
    ],
    demand: { cpu: 12, memoryGiB: 24, pods: 60, workloads: [{ name: "web", replicas: 6, cpu: 0.5, memoryGiB: 1 }] },
    retired: [9],
    addresses: { reserved: ["10.200.0.0/16"] },
  };
}

export interface Mutation {
  readonly title: string;
  readonly change: (spec: Loose) => void;
  /** Path and words of the problem that must be found. */
  readonly path: string;
  readonly message: RegExp;
  /** Parts of the spec that the problem depends on: two changes of one part may hide each other. */
  readonly places: readonly string[];
}

type Row = [title: string, places: string, change: (spec: Loose) => void, path: string, message: RegExp];

const eks = (spec: Loose) => spec.sites[0];
const gke = (spec: Loose) => spec.sites[1];
const aks = (spec: Loose) => spec.sites[2];
const old = (spec: Loose) => spec.sites[3];

// biome-ignore format: a table reads by its rows
const ROWS: Row[] = [
  // The fleet.
  ["one site", "", (s) => { s.sites = [s.sites[0]]; }, "sites", /has 1 site: give at least 2/],
  ["no sites", "", (s) => { delete s.sites; }, "sites", /is missing: give a list of sites/],
  ["unknown property of the fleet", "tollerate", (s) => { s.tollerate = 1; }, "tollerate", /Did you mean "tolerate"\?/],
  ["tolerate 0", "tolerate", (s) => { s.tolerate = 0; }, "tolerate", /is 0: give a whole number, 1 to 255/],
  ["tolerate a fraction", "tolerate", (s) => { s.tolerate = 1.5; }, "tolerate", /is 1.5/],
  ["negative headroom", "headroom", (s) => { s.headroom = -0.1; }, "headroom", /is -0.1: give a number, 0 to 10/],
  ["infinite headroom", "headroom", (s) => { s.headroom = Infinity; }, "headroom", /is Infinity/],
  ["a level that is none", "faultDomain", (s) => { s.faultDomain = "rack"; }, "faultDomain", /"provider", "region", "zone"/],
  ["retired twice", "retired", (s) => { s.retired = [9, 9]; }, "retired[1]", /a second time/],
  ["a tag of AWS's", "tags", (s) => { s.tags = { "aws:x": "y" }; }, 'tags["aws:x"]', /prefix that AWS/],
  ["tags that Azure cannot tell apart", "tags", (s) => { s.tags = { Team: "a", team: "b" }; }, "tags.team", /same as "Team"/],
  ["more tags than a cloud takes", "sites[0].tags tags", (s) => { eks(s).tags = Object.fromEntries(Array.from({ length: 41 }, (_, i) => [`t${i}`, "x"])); }, "sites[0].tags", /has 41 tags.*at most 40/],
  ["a date that is none", "degradedUntil", (s) => { s.degradedUntil = "2026-02-30"; }, "degradedUntil", /"2026-02-30": give a day/],
  ["a lost site without a day", "sites[0].state sites[0].name degradedUntil", (s) => { eks(s).state = "lost"; }, "degradedUntil", /"frankfurt" is lost/],
  // Names and numbers.
  ["duplicate names", "sites[0].name sites[1].name", (s) => { gke(s).name = "frankfurt"; }, "sites[1].name", /which sites\[0\] has already/],
  ["names alike without dashes", "sites[0].name sites[1].name", (s) => { gke(s).name = "frank-furt"; }, "sites[1].name", /no "-"/],
  ["the name default", "sites[0].name", (s) => { eks(s).name = "default"; }, "sites[0].name", /not "default"/],
  ["a name in capitals", "sites[0].name", (s) => { eks(s).name = "Frankfurt"; }, "sites[0].name", /"Frankfurt": give a name/],
  ["a name of 33", "sites[0].name", (s) => { eks(s).name = "a".repeat(33); }, "sites[0].name", /1 to 32/],
  ["a name that ends in a dash", "sites[0].name", (s) => { eks(s).name = "a-"; }, "sites[0].name", /ending with a letter/],
  ["duplicate numbers", "sites[0].number sites[1].number sites[1].name", (s) => { gke(s).number = 1; }, "sites[1].number", /is 1, which sites\[0\] has.*such as/],
  ["two sites of one cluster", "sites", (s) => { s.sites.push({ ...old(s), name: "attic", number: 5, region: "dc2", cidrs: { nodes: ["192.168.4.0/24"], pods: ["192.168.128.0/18"], services: ["192.168.6.0/24"] } }); }, "sites[4].identity", /is "uid", which sites\[3\] has already: two sites of one cluster/],
  ["a retired number", "sites[0].number retired", (s) => { eks(s).number = 9; }, "sites[0].number", /is 9, which is retired/],
  ["number 0", "sites[0].number", (s) => { eks(s).number = 0; }, "sites[0].number", /is 0: give a whole number, 1 to 511/],
  ["number 256", "sites[0].number addresses", (s) => { eks(s).number = 256; }, "sites[0].number", /maximumSites to 511/],
  ["a number as text", "sites[0].number", (s) => { eks(s).number = "1"; }, "sites[0].number", /is "1": give a whole number/],
  ["a NaN number", "sites[0].number", (s) => { eks(s).number = NaN; }, "sites[0].number", /is NaN/],
  // Addresses.
  ["a public pool", "addresses", (s) => { s.addresses = { pool: "8.0.0.0/8" }; }, "addresses.pool", /not private.*10\.0\.0\.0\/8/],
  ["an IPv6 pool", "addresses", (s) => { s.addresses = { pool: "fd00::/8" }; }, "addresses.pool", /IPv6/],
  ["a pool that is not canonical", "addresses", (s) => { s.addresses = { pool: "10.1.0.0/8" }; }, "addresses.pool", /give "10\.0\.0\.0\/8"/],
  ["a pool without two blocks", "addresses", (s) => { s.addresses = { pool: "10.0.0.0/15" }; }, "addresses.pool", /2 blocks of \/16 \(2\^\(16 - 15\)\).*\/14 or wider/],
  ["a pool too small for a number", "sites[2].number addresses", (s) => { aks(s).number = 200; s.addresses = { pool: "10.0.0.0/12" }; }, "sites[2].number", /16 blocks of \/16 \(2\^\(16 - 12\)\), for numbers 1 to 15.*such as .*blockPrefix 20/],
  ["a pool in reserved ranges", "addresses sites[0].number sites[0].block", (s) => { s.addresses = { pool: "172.16.0.0/12" }; }, "sites[0].number", /172\.17\.0\.0\/16 touches .*Docker.*such as/],
  ["a block prefix of 24", "addresses", (s) => { s.addresses = { blockPrefix: 24 }; }, "addresses.blockPrefix", /12 to 20/],
  ["reserved ranges that a site needs", "addresses sites[1].number", (s) => { s.addresses = { reserved: ["10.2.4.0/24"] }; }, "sites[1].number", /10\.2\.0\.0\/16 touches 10\.2\.4\.0\/24 of addresses\.reserved/],
  ["a malformed reserved range", "addresses", (s) => { s.addresses = { reserved: ["10.2.4.0"] }; }, "addresses.reserved[0]", /"10\.2\.4\.0": give an IPv4 CIDR/],
  ["maximumSites of 300", "addresses", (s) => { s.addresses = { maximumSites: 300 }; }, "addresses.maximumSites", /255 or 511/],
  ["a block outside the pool", "sites[0].block addresses", (s) => { eks(s).block = "172.20.0.0/16"; }, "sites[0].block", /outside the fleet's pool/],
  ["a block of another size", "sites[0].block addresses", (s) => { eks(s).block = "10.64.0.0/15"; }, "sites[0].block", /give a \/16/],
  ["another site's block", "sites[0].block sites[2].number addresses sites[0].name", (s) => { eks(s).block = "10.3.0.0/16"; }, "sites[2].number", /overlaps the block 10\.3\.0\.0\/16 of site "frankfurt"/],
  ["existing ranges in a site's block", "sites[3].cidrs sites[1].number sites[1].name addresses sites[0].block", (s) => { old(s).cidrs.pods = ["10.2.128.0/17"]; }, "sites[3].cidrs.pods[0]", /overlaps the block 10\.2\.0\.0\/16 of site "belgium"/],
  ["existing ranges that overlap each other", "sites[3].cidrs", (s) => { old(s).cidrs.pods = ["192.168.0.0/20"]; }, "sites[3].cidrs.nodes[0]", /overlaps the pod CIDR 192\.168\.0\.0\/20 of the same site/],
  ["existing ranges that nobody can have", "sites[3].cidrs", (s) => { old(s).cidrs.nodes = ["169.254.0.0/20"]; }, "sites[3].cidrs.nodes[0]", /link-local/],
  ["no pod range", "sites[3].cidrs", (s) => { old(s).cidrs.pods = []; }, "sites[3].cidrs.pods", /is empty/],
  ["an endpoint that is no address", "sites[3].endpoints", (s) => { old(s).endpoints = { mesh: ["lb.example"] }; }, "sites[3].endpoints.mesh[0]", /give an IPv4 address/],
  // Places.
  ["an unknown region", "sites[0].region sites[0].zones", (s) => { eks(s).region = "eu-centrall-1"; }, "sites[0].region", /no region of aws.*Did you mean "eu-central-1"/],
  ["an existing site's region in capitals", "sites[3].region sites[3].provider", (s) => { Object.assign(old(s), { provider: "aws", region: "EU-CENTRAL-1", coordinates: { latitude: 50, longitude: 8 } }); }, "sites[3].region", /is "EU-CENTRAL-1": give "eu-central-1"/],
  ["an existing site's zone for its region", "sites[3].region sites[3].provider", (s) => { Object.assign(old(s), { provider: "aws", region: "eu-central-1a", coordinates: { latitude: 50, longitude: 8 } }); }, "sites[3].region", /is "eu-central-1a": give "eu-central-1"/],
  ["an existing site's zone of Google's", "sites[3].region sites[3].provider", (s) => { Object.assign(old(s), { provider: "gcp", region: "europe-west3-a", coordinates: { latitude: 50, longitude: 8 } }); }, "sites[3].region", /is "europe-west3-a": give "europe-west3"/],
  ["an existing site's zone of Azure's", "sites[3].region sites[3].provider", (s) => { Object.assign(old(s), { provider: "azure", region: "WestEurope-1", coordinates: { latitude: 50, longitude: 8 } }); }, "sites[3].region", /is "WestEurope-1": give "westeurope"/],
  ["one region in two spellings", "sites", (s) => { s.sites.push({ ...old(s), name: "attic", number: 5, identity: "other", region: "DC1", cidrs: { nodes: ["192.168.4.0/24"], pods: ["192.168.128.0/18"], services: ["192.168.6.0/24"] } }); }, "sites[4].region", /is "DC1", which site "cellar" writes "dc1": give one spelling/],
  ["another cloud's region", "sites[0].region sites[0].zones", (s) => { eks(s).region = "westeurope"; }, "sites[0].region", /zones and coordinates/],
  ["a zone of another region", "sites[1].zones", (s) => { gke(s).zones = ["europe-west4-a"]; }, "sites[1].zones[0]", /no zone of europe-west1/],
  ["one zone twice", "sites[2].zones", (s) => { aks(s).zones = ["1", "1"]; }, "sites[2].zones[1]", /a second time/],
  ["no zone", "sites[2].zones", (s) => { aks(s).zones = []; }, "sites[2].zones", /is empty/],
  ["one zone on EKS", "sites[0].zones", (s) => { eks(s).zones = ["eu-central-1a"]; }, "sites[0].zones", /at least 2/],
  ["a pool outside the site's zones", "sites[2].pools sites[2].zones", (s) => { aks(s).zones = ["1", "2"]; aks(s).pools[0].zones = ["3"]; }, "sites[2].pools[0].zones[0]", /no zone of site "holland", which has "1" or "2"/],
  ["a latitude of 91", "sites[0].coordinates", (s) => { eks(s).coordinates = { latitude: 91, longitude: 0 }; }, "sites[0].coordinates.latitude", /-90 to 90/],
  // Kinds.
  ["an unknown kind", "sites[0]", (s) => { eks(s).kind = "ekz"; }, "sites[0].kind", /"eks", "gke", "aks" or "existing"/],
  ["an unknown kind hides no other problem", "sites[0]", (s) => { eks(s).kind = "ekz"; eks(s).number = -1; }, "sites[0].number", /is -1/],
  ["a site that is null", "sites[0]", (s) => { s.sites[0] = null; }, "sites[0]", /is null: give an object/],
  ["a property of another kind", "sites[1].account", (s) => { gke(s).account = "1"; }, "sites[1].account", /not a property of a site of kind "gke", but of "eks"/],
  ["a slip in a property", "sites[0].apiAcess", (s) => { eks(s).apiAcess = {}; }, "sites[0].apiAcess", /Did you mean "apiAccess"\?/],
  ["no apiAccess", "sites[0].apiAccess", (s) => { delete eks(s).apiAccess; }, "sites[0].apiAccess", /is missing: give \{ mode: "private" \}.*no default/],
  ["dns outside GKE", "sites[0].apiAccess", (s) => { eks(s).apiAccess = { mode: "dns" }; }, "sites[0].apiAccess.mode", /only GKE has/],
  ["an allowlist for the whole world", "sites[0].apiAccess", (s) => { eks(s).apiAccess.cidrs = ["0.0.0.0/0"]; }, "sites[0].apiAccess.cidrs[0]", /the whole Internet/],
  ["an allowlist for half of the world", "sites[0].apiAccess", (s) => { eks(s).apiAccess.cidrs = ["128.0.0.0/1"]; }, "sites[0].apiAccess.cidrs[0]", /2,147,483,648 addresses/],
  ["a private allowlist", "sites[0].apiAccess", (s) => { eks(s).apiAccess.cidrs = ["10.0.0.0/8"]; }, "sites[0].apiAccess.cidrs[0]", /private range/],
  ["an empty allowlist", "sites[0].apiAccess", (s) => { eks(s).apiAccess.cidrs = []; }, "sites[0].apiAccess.cidrs", /is empty/],
  ["CIDRs without an allowlist", "sites[0].apiAccess", (s) => { eks(s).apiAccess.mode = "private"; }, "sites[0].apiAccess.cidrs", /mode "allowlist" only/],
  ["an account of eleven digits", "sites[0].account", (s) => { eks(s).account = "12345678901"; }, "sites[0].account", /twelve digits/],
  ["an account as a number", "sites[0].account", (s) => { eks(s).account = 123456789012; }, "sites[0].account", /as a text/],
  ["a role of another account", "sites[0].roleArn sites[0].account", (s) => { eks(s).roleArn = "arn:aws:iam::999999999999:role/x"; }, "sites[0].roleArn", /999999999999, but the site is in 123456789012/],
  ["a session that administers", "sites[0].administrators", (s) => { eks(s).administrators = ["arn:aws:sts::123456789012:assumed-role/admin/me"]; }, "sites[0].administrators[0]", /that of its role/],
  ["an administrator of another partition", "sites[0].administrators sites[0].region", (s) => { eks(s).administrators = ["arn:aws-cn:iam::123456789012:role/admin"]; }, "sites[0].administrators[0]", /another partition than eu-central-1: give one that begins with "arn:aws:"/],
  ["a bad project", "sites[1].project", (s) => { gke(s).project = "Shop"; }, "sites[1].project", /project id/],
  ["a bad subscription", "sites[2].subscription", (s) => { aks(s).subscription = "mine"; }, "sites[2].subscription", /GUID/],
  ["nobody administers", "sites[2].administrators", (s) => { aks(s).administrators = []; }, "sites[2].administrators", /nobody can enter/],
  ["a version of Kubernetes that nobody tested", "sites[0].kubernetesVersion", (s) => { eks(s).kubernetesVersion = "1.25"; }, "sites[0].kubernetesVersion", /"1.35"/],
  ["versions two minors apart", "sites[0].kubernetesVersion", (s) => { eks(s).kubernetesVersion = "1.33"; }, "sites[0].kubernetesVersion", /2 minor versions behind/],
  ["a retention that CloudWatch lacks", "sites[0].auditLogDays", (s) => { eks(s).auditLogDays = 100; }, "sites[0].auditLogDays", /give 90 or 120/],
  ["a retention below Azure's", "sites[2].auditLogDays", (s) => { aks(s).auditLogDays = 7; }, "sites[2].auditLogDays", /30 to 730/],
  // Pools.
  ["no pools", "sites[0].pools", (s) => { eks(s).pools = []; }, "sites[0].pools", /is empty/],
  ["a pool name too long", "sites[0].pools", (s) => { eks(s).pools[0].name = "applications1"; }, "sites[0].pools[0].name", /1 to 12/],
  ["two pools of a name", "sites[0].pools", (s) => { eks(s).pools.push({ ...eks(s).pools[0] }); }, "sites[0].pools[1].name", /pools\[0\] has already/],
  ["a fraction of a node", "sites[0].pools", (s) => { eks(s).pools[0].nodes = 2.5; }, "sites[0].pools[0].nodes", /is 2.5/],
  ["a negative number of nodes", "sites[0].pools", (s) => { eks(s).pools[0].nodes = -1; }, "sites[0].pools[0].nodes", /is -1/],
  ["nodes that GKE cannot spread", "sites[1].pools sites[1].zones", (s) => { gke(s).pools[0].nodes = 4; }, "sites[1].pools[0].nodes", /3 zones: give 3 or 6/],
  ["a maximum below the nodes", "sites[0].pools", (s) => { eks(s).pools[0].maximumNodes = 2; }, "sites[0].pools[0].maximumNodes", /below nodes \(3\)/],
  ["more nodes than EKS takes", "sites[0].pools", (s) => { eks(s).pools[0].nodes = 451; }, "sites[0].pools", /EKS allows 450/],
  ["more nodes than pod addresses, with those that EKS starts in an update", "sites[0].pools sites[0].region addresses", (s) => { eks(s).pools[0].nodes = 123; }, "sites[0].pools", /needs 33,024 pod addresses.*129 x \/24.*32,768 addresses: set addresses\.blockPrefix to 15/],
  ["an autoscaler beyond the addresses", "sites[1].pools addresses", (s) => { gke(s).pools[0].maximumNodes = 300; }, "sites[1].pools", /pod addresses/],
  ["too many pods for a small EKS node", "sites[0].pools", (s) => { eks(s).pools[0].maximumPods = 200; }, "sites[0].pools[0].maximumPods", /at most 110 pods/],
  ["9 pods a node", "sites[0].pools", (s) => { eks(s).pools[0].maximumPods = 9; }, "sites[0].pools[0].maximumPods", /10 to 250/],
  ["all pools tainted", "sites[0].pools", (s) => { eks(s).pools[0].taints = [{ key: "a", effect: "NoSchedule" }]; }, "sites[0].pools", /no pool that workloads without tolerations/],
  ["no system pool on AKS", "sites[2].pools", (s) => { aks(s).pools[0].spot = true; }, "sites[2].pools", /system pool of AKS/],
  ["a burstable system pool on AKS", "sites[2].pools", (s) => { aks(s).pools[0].machineType = "Standard_B4ms"; }, "sites[2].pools", /system pool of AKS/],
  ["room for fewer than 30 pods on AKS", "sites[2].pools", (s) => { aks(s).pools.push({ ...aks(s).pools[0], name: "few", nodes: 2, maximumPods: 10 }); }, "sites[2].pools[1].maximumPods", /is 10 on 2 nodes.*give 15 or more/],
  ["a disk too large for Azure", "sites[2].pools", (s) => { aks(s).pools[0].diskGiB = 4096; }, "sites[2].pools[0].diskGiB", /30 to 2048/],
  ["a label of Kubernetes", "sites[0].pools", (s) => { eks(s).pools[0].labels = { "kubernetes.io/os": "linux" }; }, 'sites[0].pools[0].labels["kubernetes.io/os"]', /kept by kubernetes.io/],
  ["a label that is none", "sites[0].pools", (s) => { eks(s).pools[0].labels = { "-a": "b" }; }, 'sites[0].pools[0].labels["-a"]', /no name of a Kubernetes label/],
  ["a label's value that is none", "sites[0].pools", (s) => { eks(s).pools[0].labels = { a: "b c" }; }, "sites[0].pools[0].labels.a", /label value/],
  ["a taint without effect", "sites[0].pools", (s) => { eks(s).pools[0].taints = [{ key: "a" }]; }, "sites[0].pools[0].taints[0].effect", /"NoSchedule"/],
  ["a measurement of no day", "sites[0].pools", (s) => { eks(s).pools[0].allocatable = { cpu: 1, memoryGiB: 1, pods: 10 }; }, "sites[0].pools[0].allocatable.verifiedAt", /is missing/],
  // Demand.
  ["no demand", "demand", (s) => { delete s.demand; }, "demand", /is missing/],
  ["a demand for nothing", "demand", (s) => { s.demand = { cpu: 0, workloads: [] }; }, "demand", /asks for nothing/],
  ["a negative demand", "demand", (s) => { s.demand.cpu = -5; }, "demand.cpu", /is -5: give a number, 0 to/],
  ["a NaN demand", "demand", (s) => { s.demand.memoryGiB = NaN; }, "demand.memoryGiB", /is NaN/],
  ["workloads of one name", "demand", (s) => { s.demand.workloads.push({ ...s.demand.workloads[0] }); }, "demand.workloads[1].name", /workloads\[0\] has already/],
  ["half a replica", "demand", (s) => { s.demand.workloads[0].replicas = 0.5; }, "demand.workloads[0].replicas", /is 0.5/],
  ["memory as an extended resource", "demand", (s) => { s.demand.extended = { memory: 1 }; }, "demand.extended.memory", /give it as memoryGiB/],
  ["a toleration of Equal without a key", "demand", (s) => { s.demand.workloads[0].tolerations = [{ operator: "Equal", value: "x" }]; }, "demand.workloads[0].tolerations[0].operator", /without a key/],
  ["apart from nobody", "demand", (s) => { s.demand.workloads[0].apartFrom = ["chekout"]; }, "demand.workloads[0].apartFrom[0]", /is "chekout", which is the name of no workload/],
  ["apart from itself", "demand", (s) => { s.demand.workloads[0].apartFrom = [s.demand.workloads[0].name]; }, "demand.workloads[0].apartFrom[0]", /onePerNode: true/],
  ["no port", "demand", (s) => { s.demand.workloads[0].hostPorts = [{ port: 0 }]; }, "demand.workloads[0].hostPorts[0].port", /is 0/],
  ["a protocol that is none", "demand", (s) => { s.demand.workloads[0].hostPorts = [{ port: 80, protocol: "HTTP" }]; }, "demand.workloads[0].hostPorts[0].protocol", /"SCTP"/],
  ["a skew of nothing", "demand", (s) => { s.demand.workloads[0].nodeSpread = { maxSkew: 0 }; }, "demand.workloads[0].nodeSpread.maxSkew", /is 0/],
  ["no architecture", "demand", (s) => { s.demand.workloads[0].architectures = []; }, "demand.workloads[0].architectures", /is empty/],
];

/** One mistake each, and what must be said of it. */
export const MUTATIONS: readonly Mutation[] = ROWS.map(([title, places, change, path, message]) => ({
  title,
  places: places.split(" "),
  change,
  path,
  message,
}));
