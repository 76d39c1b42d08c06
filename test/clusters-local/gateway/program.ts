import type { TestContext } from "node:test";
import { temporaryFolder } from "../../support/folders";
import { writeProgram } from "../../support/multisite";

export const SITES = ["oslo", "turin", "vienna"];
export const DOMAIN = "shop.example.com";
export const ACCOUNT = "111122223333";

/** A program of three clusters that exist, with one public name, whose gateways ask an ACME authority for certificates. */
export function gatewayProgram(t: TestContext, authority: { readonly server: string; readonly root: string }): string {
  const dir = temporaryFolder(t);
  writeProgram(
    dir,
    `const { Fleet, existing } = require("pulumi-multisite");
const { route53 } = require("pulumi-multisite/aws");
const site = (name, i) => ({ kind: "existing", name, number: i + 1, region: name, provider: "vsphere", identity: "uid-" + name,
  allocatable: { cpu: 4, memoryGiB: 16, pods: 110, nodes: 1, verifiedAt: "2026-11-01" },
  coordinates: { latitude: 45 + 5 * i, longitude: 8 + i }, endpoints: { ingress: ["203.0.113." + (i + 1)] },
  tokenIssuer: "https://oidc.example.com/" + name,
  cidrs: { nodes: ["192.168." + i + ".0/24"], pods: ["10." + i + ".128.0/17"], services: ["10." + i + ".64.0/18"] } });
const names = ${JSON.stringify(SITES)};
const kubeconfig = JSON.stringify({ apiVersion: "v1", kind: "Config", "current-context": "site", users: [{ name: "site", user: {} }],
  clusters: [{ name: "site", cluster: { server: "https://site.example.com" } }],
  contexts: [{ name: "site", context: { cluster: "site", user: "site" } }] });
new Fleet("sample", { kinds: [existing], services: [route53],
  kubeconfigs: Object.fromEntries(names.map((name) => [name, kubeconfig])),
  spec: { demand: { cpu: 1 }, sites: names.map(site), traffic: {
    domain: ${JSON.stringify(DOMAIN)}, zone: "example.com", providers: [{ service: "route53", account: "${ACCOUNT}" }],
    gateway: { routes: [{ namespace: "shop", service: "frontend", port: 80 }],
      certificate: { by: "acme", server: ${JSON.stringify(authority.server)}, serverRoot: ${JSON.stringify(authority.root)} } } } } });
`,
  );
  return dir;
}
