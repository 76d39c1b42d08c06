import { providerOf } from "../faultDomains";
import type { FrontSpec, TrafficSpec } from "../routing/spec";
import type { SiteSpec } from "../spec";
import type { DraftSite } from "./sites";
import type { Draft } from "./structure";
import type { Report } from "./wording";

/** The cloud of each front, as sites say it. */
const CLOUDS: Readonly<Record<FrontSpec["service"], "aws" | "gcp" | "azure">> = {
  globalAccelerator: "aws",
  globalLoadBalancer: "gcp",
  frontDoor: "azure",
};

/** What must hold between an anycast front and the sites behind it. */
export function checkFront(traffic: Draft<TrafficSpec>, sites: readonly DraftSite[], report: Report): void {
  const { front, failover = "spread", users } = traffic;
  if (front?.service === undefined) return;
  checkCloud(front.service, sites, report);
  if (front.service === "globalAccelerator") {
    checkAccount(front.account, sites, report);
    if (failover === "spread")
      report(
        ["traffic", "failover"],
        `is "spread", which Global Accelerator cannot do: it hands a lost site's users to the next nearest one. Give "nearest", ` +
          `for which every site needs room for a second one's users, or leave the front out.`,
      );
  } else if (front.service === "globalLoadBalancer") checkProject(front.project, sites, report);
  else if (failover === "spread" && users !== undefined)
    report(
      ["traffic", "users"],
      `are given, but with failover "spread" Front Door divides all users by weight wherever they are: remove them, or give ` +
        `failover "nearest".`,
    );
}

function checkCloud(service: FrontSpec["service"], sites: readonly DraftSite[], report: Report): void {
  const cloud = CLOUDS[service];
  for (const { site, called } of sites) {
    if (site.kind === undefined || (site.kind === "existing" && site.provider === undefined)) continue;
    const its = providerOf(site as SiteSpec);
    if (its !== cloud)
      report(
        ["traffic", "front"],
        `is ${service}, but ${called} is in ${its}: it stands before sites of ${cloud} only. Leave the front out, and the DNS ` +
          `services lead users to every site; or take ${called} out of the fleet.`,
      );
  }
}

/** An accelerator takes Elastic IPs of its own account; those of a cluster that exists are addresses without an id. */
function checkAccount(account: string | undefined, sites: readonly DraftSite[], report: Report): void {
  for (const { site, called } of sites) {
    if (site.kind === "existing" && site.provider === "aws")
      report(
        ["traffic", "front"],
        `is globalAccelerator, but ${called} exists already and says only its addresses, where an accelerator takes Elastic ` +
          `IPs by their allocation ids: leave the front out.`,
      );
    if (site.kind === "eks" && account !== undefined && site.account !== undefined && site.account !== account)
      report(
        ["traffic", "front", "account"],
        `is ${account}, but ${called} is in account ${site.account}: an accelerator takes Elastic IPs of its own account.`,
      );
  }
}

/** A load balancer takes groups of nodes of its own project; of a cluster that exists nobody knows them. */
function checkProject(project: string | undefined, sites: readonly DraftSite[], report: Report): void {
  for (const { site, called } of sites) {
    if (site.kind === "existing" && site.provider === "gcp")
      report(
        ["traffic", "front"],
        `is globalLoadBalancer, but ${called} exists already, and its groups of nodes are not known: leave the front out.`,
      );
    if (site.kind === "gke" && project !== undefined && site.project !== undefined && site.project !== project)
      report(
        ["traffic", "front", "project"],
        `is ${project}, but ${called} is in project ${site.project}: a load balancer takes groups of nodes of its own project.`,
      );
  }
}
