import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { Fleet, type FleetSpec, type MeshCredentials, type SiteSpec } from "pulumi-multisite";
import { eks } from "pulumi-multisite/aws";
import { aks } from "pulumi-multisite/azure";
import { gke } from "pulumi-multisite/gcp";
import { fleetPlan } from "pulumi-multisite/plan";

/** The sites of `examples/three-clouds`, and a fourth that joins later. */
const pools = (machineType: string) => [{ name: "apps", machineType, nodes: 6 }];
const all: SiteSpec[] = [
  {
    name: "frankfurt",
    number: 1,
    kind: "eks",
    account: "111122223333",
    region: "eu-central-1",
    apiAccess: { mode: "private" },
    pools: pools("m6i.xlarge"),
  },
  {
    name: "belgium",
    number: 2,
    kind: "gke",
    project: "shop-production",
    region: "europe-west1",
    apiAccess: { mode: "dns" },
    pools: pools("n2-standard-4"),
  },
  {
    name: "amsterdam",
    number: 3,
    kind: "aks",
    subscription: "00000000-1111-2222-3333-444444444444",
    tenant: "55555555-6666-7777-8888-999999999999",
    administrators: ["aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"],
    region: "westeurope",
    apiAccess: { mode: "private" },
    pools: pools("Standard_D4s_v5"),
  },
  {
    name: "dublin",
    number: 4,
    kind: "eks",
    account: "111122223333",
    region: "eu-west-1",
    apiAccess: { mode: "private" },
    pools: pools("m6i.xlarge"),
  },
];

/** States of the sites in this rehearsal; one that is not named is not there. */
const states = new pulumi.Config().requireObject<Record<string, SiteSpec["state"]>>("states");

const spec: FleetSpec = {
  demand: { cpu: 34, memoryGiB: 120, pods: 400 },
  sites: all.filter(({ name }) => name in states).map((site) => ({ ...site, state: states[site.name] ?? "active" })),
  degradedUntil: "2027-12-24",
  mesh: {},
};

const foreign = new pulumi.Config().get("foreign");

function authority(name: string) {
  const key = new tls.PrivateKey(name, { algorithm: "ECDSA", ecdsaCurve: "P384" });
  const root = new tls.SelfSignedCert(name, {
    privateKeyPem: key.privateKeyPem,
    isCaCertificate: true,
    setSubjectKeyId: true,
    subject: { commonName: name },
    validityPeriodHours: 87_600,
    allowedUses: ["cert_signing", "crl_signing", "digital_signature"],
  });
  return { key, root };
}

type Authority = ReturnType<typeof authority>;

function leaf(
  by: Authority,
  name: string,
  commonName: string,
  use: "server_auth" | "client_auth",
  names: string[] = [],
  addresses: string[] = [],
) {
  const key = new tls.PrivateKey(name, { algorithm: "ECDSA", ecdsaCurve: "P256" });
  const request = new tls.CertRequest(name, {
    privateKeyPem: key.privateKeyPem,
    subject: { commonName },
    dnsNames: names,
    ipAddresses: addresses,
  });
  const certificate = new tls.LocallySignedCert(name, {
    certRequestPem: request.certRequestPem,
    caPrivateKeyPem: by.key.privateKeyPem,
    caCertPem: by.root.certPem,
    validityPeriodHours: 2160,
    allowedUses: ["digital_signature", "key_encipherment", use],
  });
  return { certificate: certificate.certPem, key: key.privateKeyPem };
}

function credentials(by: Authority, site: string, addresses: readonly string[]): MeshCredentials {
  const service = "clustermesh-apiserver.kube-system.svc";
  return {
    server: leaf(
      by,
      `${site}-server`,
      service,
      "server_auth",
      [service, "*.mesh.cilium.io"],
      ["127.0.0.1", "::1", ...addresses],
    ),
    admin: leaf(by, `${site}-admin`, `admin-${site}`, "client_auth"),
    remote: leaf(by, `${site}-remote`, `remote-${site}`, "client_auth"),
    local: leaf(by, `${site}-local`, `local-${site}`, "client_auth"),
    roots: by.root.certPem,
  };
}

const shared = authority("shop");
const stranger = authority("stranger");
const { sites } = fleetPlan(spec);
const meshCredentials = Object.fromEntries(
  sites
    .filter(({ state }) => state !== "lost")
    .map(({ name, addresses }) => [name, credentials(name === foreign ? stranger : shared, name, addresses.mesh)]),
);

new Fleet("shop", { spec, kinds: [eks, gke, aks], meshCredentials });
