import { challengeZone } from "../gateway/certificate";
import { GATEWAY, GATEWAY_NODE_PORTS } from "../gateway/plan";
import type { AcmeCertificateSpec, GatewaySpec } from "../gateway/spec";
import { stateFacts } from "../life";
import type { TrafficSpec } from "../routing/spec";
import type { DraftSite } from "./sites";
import type { Draft } from "./structure";
import type { Report } from "./wording";

/** What must hold between the gateway, the services and the sites. */
export function checkGateway(traffic: Draft<TrafficSpec>, sites: readonly DraftSite[], report: Report): void {
  const { gateway } = traffic;
  if (gateway === undefined) return;
  checkHealth(traffic, report);
  checkNodePort(traffic, report);
  checkRoutes(gateway, traffic.health?.path ?? "/readyz", report);
  const { certificate } = gateway;
  if (certificate?.by === "acme") checkAcme(certificate, traffic, sites, report);
}

/** A site that answers without TLS would count as healthy without a certificate. */
function checkHealth({ health }: Draft<TrafficSpec>, report: Report): void {
  if (health?.protocol === "http")
    report(
      ["traffic", "health", "protocol"],
      `is "http", by which a site without a certificate is taken for healthy: give "https", which the gateway answers.`,
    );
  if (health?.port !== undefined && health.port !== 443)
    report(
      ["traffic", "health", "port"],
      `is ${health.port}: give 443, or leave it out; that is where users come to the gateway.`,
    );
  if (health?.path?.includes("?"))
    report(
      ["traffic", "health", "path"],
      `has a query ("${health.path}"): give a path alone, which the gateway can lead to what answers for the site.`,
    );
}

/** One Service has both ports. */
function checkNodePort({ front }: Draft<TrafficSpec>, report: Report): void {
  if (front?.service === "globalLoadBalancer" && front.nodePort === GATEWAY_NODE_PORTS.http)
    report(
      ["traffic", "front", "nodePort"],
      `is ${front.nodePort}, by which the gateway takes plain HTTP: give another one of 30000 to 32767, or leave it out.`,
    );
}

function checkRoutes({ routes }: Draft<GatewaySpec>, readiness: string, report: Report): void {
  if (routes === undefined) return;
  if (routes.length === 0)
    report(["traffic", "gateway", "routes"], "is an empty list: give at least one Service that users are led to.");
  const owner = new Map<string, number>();
  routes.forEach((route, index) => {
    if (route === undefined) return;
    const path = route.path ?? "/";
    const at = ["traffic", "gateway", "routes", index];
    const first = owner.get(path);
    if (first !== undefined)
      report(
        at,
        `has the path "${path}", which routes[${first}] has already: a path leads to one Service; remove one.`,
      );
    owner.set(path, first ?? index);
    if (route.namespace === GATEWAY.namespace)
      report(
        [...at, "namespace"],
        `is "${route.namespace}", the gateway's own, which goes with it: give the namespace of the team's Service.`,
      );
    if (path === readiness)
      report([...at, "path"], `is "${path}", by which the services ask for the site's readiness: give another one.`);
  });
}

/** The longest name of a TXT record is 253 characters, and of a part 63. */
function checkAcme(
  { service }: Draft<AcmeCertificateSpec>,
  { domain, providers, gateway }: Draft<TrafficSpec>,
  sites: readonly DraftSite[],
  report: Report,
): void {
  const at = ["traffic", "gateway", "certificate"];
  const known = (providers ?? []).flatMap((one) => (one?.service === undefined ? [] : [one.service]));
  if (service !== undefined && providers !== undefined && !known.includes(service))
    report(
      [...at, "service"],
      `is "${service}", which does not answer for the zone: give one of traffic.providers (${known.join(", ") || "there are none"}), or leave it out.`,
    );
  if (domain !== undefined && challengeZone(domain).length > 253)
    report(
      ["traffic", "domain"],
      `has ${domain.length} characters: give at most 237 with certificates by ACME, which asks for "_acme-challenge." before it.`,
    );
  for (const { site, path, called } of sites) {
    if (site.kind !== "existing" || !stateFacts(site.state).built) continue;
    if (site.tokenIssuer === undefined && gateway !== undefined)
      report(
        [...path, "tokenIssuer"],
        `is missing: give the URL by which clouds can read who ${called}'s pods are, since they answer the ACME authority through ` +
          `a cloud's DNS; or give traffic.gateway.certificate as { by: "given" }.`,
      );
  }
}
