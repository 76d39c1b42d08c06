import { stateFacts } from "../life";
import type { FleetPlan, SitePlan } from "../plan";
import { CILIUM_CHARTS } from "../versions";
import { peersOf } from "./meshPlan";

/** What a site waits for. */
export interface SiteGate {
  readonly site: string;
  /** Peers that must be followed, sorted. A drained one is not waited for: it may be down for its own maintenance. */
  readonly peers: readonly string[];
  /** Image of Cilium, which every node of the site has. */
  readonly image: string;
}

/** The sites that wait for their peers at the end of an update, and for which. */
export function siteGates({ mesh, sites }: Pick<FleetPlan, "mesh" | "sites">): SiteGate[] {
  if (mesh?.gate === undefined) return [];
  const { gate } = mesh;
  const waits = ({ kind, state }: SitePlan) => stateFacts(state).built && (gate === "all" || kind !== "existing");
  const isAwaited = (one: SitePlan) => waits(one) && one.state !== "drained";
  const awaited = new Set(sites.filter(isAwaited).map(({ name }) => name));
  return sites.filter(waits).flatMap(({ name: site, ciliumVersion }) => {
    const image = `quay.io/cilium/cilium:v${CILIUM_CHARTS[ciliumVersion].version}`;
    const peers = peersOf(mesh, site).flatMap(({ name }) => (awaited.has(name) ? [name] : []));
    return peers.length === 0 ? [] : [{ site, peers: peers.sort(), image }];
  });
}
