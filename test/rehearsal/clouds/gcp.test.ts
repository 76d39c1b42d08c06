import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Properties } from "../../../rehearsal/engine/provider";
import { Bench } from "./support";

const config = { project: "my-project-1", region: "europe-west1" };

/** A cluster of GKE with everything around it. */
async function makeGcpSite(bench: Bench) {
  const network = await bench.make("gcp:compute/network:Network", { autoCreateSubnetworks: false }, "net");
  const subnetwork = await bench.make(
    "gcp:compute/subnetwork:Subnetwork",
    {
      network: network.id,
      region: "europe-west1",
      ipCidrRange: "10.3.0.0/20",
      secondaryIpRanges: [
        { rangeName: "pods", ipCidrRange: "10.3.64.0/18" },
        { rangeName: "services", ipCidrRange: "10.3.32.0/20" },
      ],
    },
    "nodes",
  );
  const router = await bench.make(
    "gcp:compute/router:Router",
    { network: network.id, region: "europe-west1" },
    "router",
  );
  const account = await bench.make("gcp:serviceaccount/account:Account", { accountId: "nodes-of-eu" }, "account");
  const ring = await bench.make("gcp:kms/keyRing:KeyRing", { location: "europe-west1" }, "ring");
  const key = await bench.make("gcp:kms/cryptoKey:CryptoKey", { keyRing: ring.id, rotationPeriod: "7776000s" }, "key");
  const cluster = await bench.make(
    "gcp:container/cluster:Cluster",
    clusterInputs({ network, subnetwork, key, account } as never),
    "eu",
  );
  const pool = await bench.make(
    "gcp:container/nodePool:NodePool",
    {
      cluster: cluster.out("name"),
      location: "europe-west1",
      nodeCount: 2,
      nodeConfig: { machineType: "n2-standard-4" },
    },
    "workers",
  );
  return { network, subnetwork, router, account, ring, key, cluster, pool };
}
type Site = Awaited<ReturnType<typeof makeGcpSite>>;

const clusterInputs = ({ network, subnetwork, key, account }: Site, more: Properties = {}): Properties => ({
  location: "europe-west1",
  network: network.out("selfLink"),
  subnetwork: subnetwork.id,
  initialNodeCount: 1,
  removeDefaultNodePool: true,
  minMasterVersion: "1.35",
  releaseChannel: { channel: "REGULAR" },
  ipAllocationPolicy: { clusterSecondaryRangeName: "pods", servicesSecondaryRangeName: "services" },
  databaseEncryption: { state: "ENCRYPTED", keyName: key.id },
  privateClusterConfig: { enablePrivateNodes: true, masterIpv4CidrBlock: "10.3.48.0/28" },
  nodeConfig: { serviceAccount: account.out("email") },
  ...more,
});

const ACCEPTED: [type: string, inputs: (site: Site) => Properties][] = [
  [
    "gcp:compute/subnetwork:Subnetwork",
    ({ network }) => ({ network: network.out("name"), ipCidrRange: "10.4.0.0/20" }),
  ],
  [
    "gcp:compute/routerNat:RouterNat",
    ({ router }) => ({
      router: router.out("name"),
      region: "europe-west1",
      natIpAllocateOption: "AUTO_ONLY",
      sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
    }),
  ],
  [
    "gcp:compute/address:Address",
    ({ subnetwork }) => ({
      addressType: "INTERNAL",
      subnetwork: subnetwork.id,
      address: "10.3.0.10",
      purpose: "GCE_ENDPOINT",
    }),
  ],
  ["gcp:compute/address:Address", () => ({})],
  [
    "gcp:compute/firewall:Firewall",
    ({ network }) => ({
      network: network.id,
      allows: [{ protocol: "tcp", ports: ["443"] }],
      sourceRanges: ["10.0.0.0/8"],
    }),
  ],
  [
    "gcp:container/cluster:Cluster",
    (site) =>
      clusterInputs(site, { privateClusterConfig: { enablePrivateNodes: true, masterIpv4CidrBlock: "10.3.49.0/28" } }),
  ],
  [
    "gcp:container/nodePool:NodePool",
    ({ cluster }) => ({
      cluster: cluster.id,
      location: "europe-west1",
      autoscaling: { minNodeCount: 1, maxNodeCount: 3 },
    }),
  ],
  [
    "gcp:projects/iAMMember:IAMMember",
    ({ account }) => ({
      project: "my-project-1",
      role: "roles/container.defaultNodeServiceAccount",
      member: account.out("member"),
    }),
  ],
  [
    "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember",
    ({ key }) => ({
      cryptoKeyId: key.id,
      role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
      member: "serviceAccount:x@y.iam.gserviceaccount.com",
    }),
  ],
];

const REFUSED: [type: string, inputs: (site: Site) => Properties, message: RegExp][] = [
  ["gcp:compute/network:Network", () => ({ name: "Net_1" }), /name: must be 1 to 63 lower-case letters/],
  ["gcp:compute/network:Network", ({ network }) => ({ name: network.out("name") }), /exists already/],
  [
    "gcp:compute/subnetwork:Subnetwork",
    ({ network }) => ({ network: network.id, ipCidrRange: "10.3.64.0/24" }),
    /overlaps one of projects\/my-project-1\/regions\/europe-west1\/subnetworks\/nodes-/,
  ],
  [
    "gcp:compute/subnetwork:Subnetwork",
    ({ network }) => ({ network: network.id, region: "europe-west-1", ipCidrRange: "10.4.0.0/24" }),
    /region: must be a region of gcp; .*did you mean "europe-west1"/,
  ],
  [
    "gcp:compute/subnetwork:Subnetwork",
    () => ({ network: "none", ipCidrRange: "10.4.0.0/24" }),
    /network: Network "none" does not exist/,
  ],
  [
    "gcp:compute/subnetwork:Subnetwork",
    ({ network }) => ({
      network: network.id,
      ipCidrRange: "10.4.0.0/24",
      secondaryIpRanges: [{ rangeName: "a", ipCidrRange: "10.4.0.128/25" }],
    }),
    /overlap each other/,
  ],
  [
    "gcp:compute/routerNat:RouterNat",
    ({ router }) => ({
      router: router.id,
      region: "europe-west1",
      natIpAllocateOption: "MANUAL_ONLY",
      sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
    }),
    /natIps: must be given when natIpAllocateOption is MANUAL_ONLY/,
  ],
  [
    "gcp:compute/address:Address",
    ({ subnetwork }) => ({ addressType: "INTERNAL", subnetwork: subnetwork.id, address: "10.3.0.1" }),
    /10\.3\.0\.1 must lie in 10\.3\.0\.0\/20/,
  ],
  [
    "gcp:compute/address:Address",
    ({ subnetwork }) => ({ subnetwork: subnetwork.id }),
    /subnetwork: cannot be given for an external address/,
  ],
  [
    "gcp:compute/firewall:Firewall",
    ({ network }) => ({ network: network.id, allows: [{ protocol: "tcp" }] }),
    /sourceRanges: must be given when direction is INGRESS/,
  ],
  [
    "gcp:container/cluster:Cluster",
    (site) => clusterInputs(site, { ipAllocationPolicy: { clusterSecondaryRangeName: "pod" } }),
    /clusterSecondaryRangeName: "pod" is no secondary range of .*, which has pods, services/,
  ],
  [
    "gcp:container/cluster:Cluster",
    (site) => clusterInputs(site),
    /masterIpv4CidrBlock: overlaps a range of .*clusters\/eu-/,
  ],
  [
    "gcp:container/cluster:Cluster",
    (site) => clusterInputs(site, { location: "europe-west9" }),
    /subnetwork: is in europe-west1, the cluster in europe-west9/,
  ],
  [
    "gcp:container/cluster:Cluster",
    (site) => clusterInputs(site, { location: "mars" }),
    /location: must be a region or zone of Google Cloud; got "mars"/,
  ],
  [
    "gcp:container/cluster:Cluster",
    (site) => clusterInputs(site, { nodeLocations: ["europe-west1-a"] }),
    /nodeLocations\[0\]: must be a zone of europe-west1/,
  ],
  [
    "gcp:container/cluster:Cluster",
    (site) => clusterInputs(site, { initialNodeCount: 100 }),
    /300 nodes with 110 pods need a \/24 each; 10\.3\.64\.0\/18 \("pods"\) has room for 64/,
  ],
  [
    "gcp:container/cluster:Cluster",
    (site) => clusterInputs(site, { privateClusterConfig: { masterIpv4CidrBlock: "10.3.49.0/24" } }),
    /masterIpv4CidrBlock: must have a prefix length from \/28 to \/28/,
  ],
  [
    "gcp:container/cluster:Cluster",
    (site) => clusterInputs(site, { nodeConfig: { serviceAccount: "none@my-project-1.iam.gserviceaccount.com" } }),
    /serviceAccount: Account "none@.*" does not exist/,
  ],
  [
    "gcp:container/nodePool:NodePool",
    ({ cluster }) => ({ cluster: cluster.id, location: "europe-west1", nodeCount: 21 }),
    /69 nodes with 110 pods/,
  ],
  [
    "gcp:container/nodePool:NodePool",
    ({ cluster }) => ({ cluster: cluster.id, autoscaling: { minNodeCount: 4, maxNodeCount: 3 } }),
    /autoscaling.minNodeCount: must be at most autoscaling.maxNodeCount \(3\); got 4/,
  ],
  [
    "gcp:container/nodePool:NodePool",
    () => ({ cluster: "none", location: "europe-west1" }),
    /cluster: Cluster "none" does not exist/,
  ],
  ["gcp:serviceaccount/account:Account", () => ({ accountId: "ab" }), /accountId: must be 6 to 30/],
  [
    "gcp:projects/iAMMember:IAMMember",
    () => ({ project: "my-project-1", role: "viewer", member: "bob" }),
    /member: must be such as[\s\S]*role: must be such as/,
  ],
  ["gcp:kms/keyRing:KeyRing", () => ({ location: "moon1" }), /location: must be a region of Google Cloud/],
  [
    "gcp:kms/cryptoKey:CryptoKey",
    ({ ring }) => ({ keyRing: ring.id, rotationPeriod: "3600s" }),
    /rotationPeriod: must be seconds/,
  ],
];

describe("Google Cloud", () => {
  for (const [type, inputs] of ACCEPTED) {
    it(`takes ${type}`, async () => {
      const bench = await Bench.open("gcp", config);
      assert.equal(await bench.refusal(type, inputs(await makeGcpSite(bench)), "new"), "");
      assert.equal(bench.source.fidelity(type), "modelled");
    });
  }
  for (const [type, inputs, message] of REFUSED) {
    it(`refuses ${type}: ${message.source.slice(0, 60)}`, async () => {
      const bench = await Bench.open("gcp", config);
      assert.match(await bench.refusal(type, inputs(await makeGcpSite(bench)), "new"), message);
    });
  }

  it("keeps a cluster until its deletion protection is off", async () => {
    const bench = await Bench.open("gcp", config);
    const { cluster, network } = await makeGcpSite(bench);
    await assert.rejects(bench.remove(cluster), /deletionProtection is on \(the default\)/);
    await assert.rejects(bench.remove(network), /in use by/);
    await bench.update(cluster, { ...cluster.inputs, deletionProtection: false });
    await bench.remove(cluster);
  });

  it("replaces on what cannot change and resizes in place", async () => {
    const bench = await Bench.open("gcp", config);
    const { cluster, pool } = await makeGcpSite(bench);
    assert.deepEqual(
      (await bench.diff(cluster, { ...cluster.inputs, datapathProvider: "ADVANCED_DATAPATH" })).replaces,
      ["datapathProvider"],
    );
    assert.deepEqual((await bench.diff(cluster, { ...cluster.inputs, minMasterVersion: "1.36" })).replaces, []);
    assert.deepEqual(
      (await bench.diff(pool, { ...pool.inputs, nodeCount: 3, nodeConfig: { machineType: "n2-standard-8" } })).replaces,
      [],
    );
    assert.deepEqual(
      (await bench.diff(pool, { ...pool.inputs, nodeConfig: { machineType: "n2-standard-4", spot: true } })).replaces,
      ["nodeConfig"],
    );
    assert.deepEqual((await bench.diff(pool, { ...pool.inputs, maxPodsPerNode: 64 })).replaces, ["maxPodsPerNode"]);
  });

  it("upgrades by one minor version, and leaves a newer control plane as it is", async () => {
    const bench = await Bench.open("gcp", config);
    const { cluster, pool } = await makeGcpSite(bench);
    const to = (minMasterVersion: string) => bench.update(cluster, { ...cluster.inputs, minMasterVersion });
    assert.deepEqual((await to("1.33")).masterVersion, "1.35");
    await assert.rejects(
      bench.update(pool, { ...pool.inputs, version: "1.36" }),
      /version: 1\.36 is newer than the control plane's 1\.35; upgrade that first/,
    );
    assert.deepEqual((await to("1.36")).masterVersion, "1.36");
    assert.deepEqual(
      (await bench.update(cluster, { ...cluster.inputs, minMasterVersion: undefined })).masterVersion,
      "1.36",
    );
    const other = await bench.make("gcp:container/cluster:Cluster", {
      ...cluster.inputs,
      name: "older",
      privateClusterConfig: {
        ...(cluster.inputs.privateClusterConfig as Properties),
        masterIpv4CidrBlock: "172.16.9.0/28",
      },
      minMasterVersion: "1.33",
    });
    await assert.rejects(
      bench.update(other, { ...other.inputs, minMasterVersion: "1.35" }),
      /minMasterVersion: cannot change from 1\.33 to 1\.35: .* one minor version at a time; give 1\.34 first/,
    );
  });

  it("gives what a kubeconfig needs", async () => {
    const bench = await Bench.open("gcp", config);
    const { cluster } = await makeGcpSite(bench);
    const { endpoint, masterAuth, privateClusterConfig, controlPlaneEndpointsConfig } = cluster.outputs as {
      [name: string]: Properties;
    };
    assert.match(String(endpoint), /^\d+(\.\d+){3}$/);
    assert.match(Buffer.from(String(masterAuth!.clusterCaCertificate), "base64").toString(), /BEGIN CERTIFICATE/);
    assert.equal(privateClusterConfig!.privateEndpoint, "10.3.48.2");
    assert.match(
      String((controlPlaneEndpointsConfig!.dnsEndpointConfig as Properties).endpoint),
      /\.europe-west1\.gke\.goog$/,
    );
  });
});
