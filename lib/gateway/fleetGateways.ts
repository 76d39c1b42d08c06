import * as pulumi from "@pulumi/pulumi";
import type { LeafPair } from "../mesh/credentials";
import type { SiteGatewayPlan } from "../plan/gateway/plan";
import type { FleetPlan } from "../plan/plan";
import type { TrafficPlan } from "../plan/routing/plan";
import type { DnsService } from "../plan/routing/spec";
import type { Site } from "../site";
import type { GlobalEndpoint } from "../traffic/globalEndpoint";
import { checkedCertificates } from "./given";
import { SiteGateway } from "./siteGateway";

/** What a site holds ready for its gateway; undefined where it has none. */
export function gatewayOf(
  traffic: TrafficPlan | undefined,
  site: string,
): { readonly gateway: SiteGatewayPlan; readonly acme?: DnsService } | undefined {
  const plan = traffic?.gateway;
  const gateway = plan?.sites.find((one) => one.site === site);
  if (plan === undefined || gateway === undefined) return undefined;
  return { gateway, ...(plan.certificate.by === "acme" && { acme: plan.certificate.service }) };
}

/** The gateways of a fleet's sites. */
export function buildGateways(
  fleet: pulumi.Resource & { readonly sites: { readonly [name: string]: Site } },
  { traffic, trust }: FleetPlan,
  certificates: { readonly [site: string]: LeafPair },
  { solvers, frontDoorId }: GlobalEndpoint,
): void {
  const plan = traffic?.gateway;
  if (plan === undefined) return;
  const checked = checkedCertificates(plan.domain, certificates);
  for (const gateway of plan.sites) {
    const site = fleet.sites[gateway.site];
    if (site === undefined) continue;
    const { name, kind } = site.plan;
    const { cluster } = site.controlPlane;
    const certificate = checked[name];
    const solver = solvers[name];
    new SiteGateway(
      name,
      {
        ...{ plan, site: gateway, kind },
        ...(site.entrance && { entrance: site.entrance }),
        ...(certificate && { certificate }),
        ...(solver && { solver }),
        ...(plan.isBehindFrontDoor && frontDoorId && { frontDoor: frontDoorId }),
        hasCertManager:
          trust?.sites.find((one) => one.site === name)?.intermediates.some(({ role }) => role === "certManager") ??
          false,
      },
      // Beside the site and not within it: it waits for all of the site.
      pulumi.mergeOptions(
        { parent: fleet, dependsOn: [site] },
        { provider: site.kubernetes, ...(cluster && { deletedWith: cluster }) },
      ),
    );
  }
}
