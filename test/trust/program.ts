import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { TrustRotation } from "../../lib/plan/trustPhases";
import { temporaryFolder } from "../support/folders";
import { writeProgram } from "../support/multisite";

/** The sites of {@link trustProgram}. */
export const SITES = ["oslo", "turin", "vienna"];

/** The rotation that it begins with. */
export const STEADY: TrustRotation = { revision: 0, generations: [{ name: "g1", state: "active" }] };

/** Its public name, and the AWS account of the zone that holds it. */
export const DOMAIN = "shop.example.com";
export const ACCOUNT = "111122223333";

/** A kubeconfig that leads to no cluster, by the name of its site, as JavaScript. */
const KUBECONFIG = `(name) => JSON.stringify({ apiVersion: "v1", kind: "Config", "current-context": "site", users: [{ name: "site", user: {} }],
  clusters: [{ name: "site", cluster: { server: "https://" + name + ".example.com" } }],
  contexts: [{ name: "site", context: { cluster: "site", user: "site" } }] })`;

/**
 * A program of three clusters that exist, which trust each other by the data in `trust.json`; `take` rewrites that.
 * @param trust what its `spec.trust` says beside that
 * @param authority whom their gateways ask for certificates by ACME; without it they have none
 */
export function trustProgram(
  t: TestContext,
  trust: object,
  authority?: { readonly server: string; readonly root: string },
): { dir: string; take(rotation: TrustRotation): void } {
  const traffic = authority && {
    ...{ domain: DOMAIN, zone: "example.com", providers: [{ service: "route53", account: ACCOUNT }] },
    gateway: {
      routes: [{ namespace: "frontend", service: "frontend", port: 80 }],
      certificate: { by: "acme", server: authority.server, serverRoot: authority.root },
    },
  };
  const dir = temporaryFolder(t);
  writeProgram(
    dir,
    `const { Fleet, existing } = require("pulumi-multisite");
const services = ${traffic ? `[require("pulumi-multisite/aws").route53]` : "[]"};
const { builtTrust } = require("pulumi-multisite/trust");
const rotation = JSON.parse(require("node:fs").readFileSync(__dirname + "/trust.json", "utf8"));
const site = (name, i) => ({ kind: "existing", name, number: i + 1, region: name, provider: "vsphere", identity: "uid-" + name,
  allocatable: { cpu: 4, memoryGiB: 16, pods: 110, nodes: 1, verifiedAt: "2026-11-01" },
  coordinates: { latitude: 45 + 5 * i, longitude: 8 + i }, endpoints: { ingress: ["203.0.113." + (i + 1)] },
  tokenIssuer: "https://oidc.example.com/" + name,
  cidrs: { nodes: ["192.168." + i + ".0/24"], pods: ["10." + i + ".128.0/17"], services: ["10." + i + ".64.0/18"] } });
const names = ${JSON.stringify(SITES)};
const kubeconfig = ${KUBECONFIG};
new Fleet("sample", { kinds: [existing], services, trust: builtTrust(),
  kubeconfigs: Object.fromEntries(names.map((name) => [name, kubeconfig(name)])),
  spec: { demand: { cpu: 1 }, sites: names.map(site), ...${JSON.stringify(traffic ? { traffic } : {})}, trust: { trustDomain: "sample.example.com", rotation, ...${JSON.stringify(trust)} } } });
`,
  );
  const take = (rotation: TrustRotation) => writeFileSync(join(dir, "trust.json"), JSON.stringify(rotation));
  take(STEADY);
  return { dir, take };
}

/**
 * A trust stack of the same sites, with a signer for each root that is listed; what is kept offline lies in its folder: the root
 * as `NAME.pem`, what came back under `signed/`. Its stack `sites` is those, which read from a store.
 * @param trust what its `spec.trust` says beside the rotation
 */
export function trustStack(
  t: TestContext,
  trust: object,
): { dir: string; take(rotation: TrustRotation, sites?: readonly string[]): void } {
  const dir = temporaryFolder(t);
  writeProgram(
    dir,
    `const { existsSync, readdirSync, readFileSync } = require("node:fs");
const { fleetPlan, withoutExpelled } = require("pulumi-multisite/plan");
const { offlineSigner, Trust } = require("pulumi-multisite/trust");
const text = (file) => readFileSync(__dirname + "/" + file, "utf8");
const { names, ...rotation } = JSON.parse(text("trust.json"));
const trust = { trustDomain: "sample.example.com", rotation, ...${JSON.stringify(trust)} };
const i = (name) => ${JSON.stringify(SITES)}.indexOf(name);
const site = (name) => ({ kind: "existing", name, number: i(name) + 1, region: name, provider: "vsphere", identity: "uid-" + name,
  allocatable: { cpu: 4, memoryGiB: 16, pods: 110, nodes: 1, verifiedAt: "2026-11-01" },
  tokenIssuer: "https://oidc.example.com/" + name,
  cidrs: { nodes: ["192.168." + i(name) + ".0/24"], pods: ["10." + i(name) + ".128.0/17"], services: ["10." + i(name) + ".64.0/18"] } });
const signed = existsSync(__dirname + "/signed") ? readdirSync(__dirname + "/signed") : [];
const certificates = (generation) => Object.fromEntries(signed.filter((file) => file.includes("-" + generation + "-"))
  .map((file) => [file.replace(/\\.pem$/, ""), text("signed/" + file)]));
const by = {
  awsPrivateCa: () => require("pulumi-multisite/aws").awsPrivateCa(),
  googleCas: () => require("pulumi-multisite/gcp").googleCas(),
  offline: (name) => offlineSigner({ root: text(name + ".pem"), certificates: certificates(name) }),
};
const listed = rotation.generations.map(({ name }) => name);
const kept = Object.entries(trust.roots ?? {}).filter(([name, { keeper }]) => listed.includes(name) && keeper !== "state");
const store = { awsSecretsManager: "aws", googleSecretManager: "gcp", azureKeyVault: "azure" };
const { kind, readers } = trust.delivery?.store ?? {};
if (kind) trust.delivery.store.readers = Object.fromEntries(names.map((name) => [name, readers[name]]));
const spec = { demand: { cpu: 1 }, sites: names.map(site), trust: { ...trust, roots: Object.fromEntries(kept) } };
if (require("@pulumi/pulumi").getStack() === "sites") {
  const kubeconfig = ${KUBECONFIG};
  const { Fleet, existing } = require("pulumi-multisite");
  const read = { aws: "awsStoredTrust", gcp: "googleStoredTrust" }[store[kind]];
  new Fleet("sample", { spec, kinds: [existing], kubeconfigs: Object.fromEntries(names.map((name) => [name, kubeconfig(name)])),
    trust: require("pulumi-multisite/" + store[kind])[read]() });
} else {
  const made = new Trust("sample", {
    plan: fleetPlan(withoutExpelled(spec, rotation)).trust,
    signers: Object.fromEntries(kept.map(([name, { keeper }]) => [name, by[keeper](name)])),
    ...(kind && { store: require("pulumi-multisite/" + store[kind])[kind]() }),
  });
  exports.sites = made.exports;
  exports.requests = made.requests;
}
`,
  );
  const take = (rotation: TrustRotation, names: readonly string[] = SITES) =>
    writeFileSync(join(dir, "trust.json"), JSON.stringify({ ...rotation, names }));
  take(STEADY);
  return { dir, take };
}
