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
const kubeconfig = JSON.stringify({ apiVersion: "v1", kind: "Config", "current-context": "site", users: [{ name: "site", user: {} }],
  clusters: [{ name: "site", cluster: { server: "https://site.example.com" } }],
  contexts: [{ name: "site", context: { cluster: "site", user: "site" } }] });
new Fleet("sample", { kinds: [existing], services, trust: builtTrust(),
  kubeconfigs: Object.fromEntries(names.map((name) => [name, kubeconfig])),
  spec: { demand: { cpu: 1 }, sites: names.map(site), ...${JSON.stringify(traffic ? { traffic } : {})}, trust: { trustDomain: "sample.example.com", rotation, ...${JSON.stringify(trust)} } } });
`,
  );
  const take = (rotation: TrustRotation) => writeFileSync(join(dir, "trust.json"), JSON.stringify(rotation));
  take(STEADY);
  return { dir, take };
}
