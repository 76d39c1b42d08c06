import { isDeepStrictEqual } from "node:util";
import { stateFacts } from "./life";
import { minorOf } from "./lives";
import { ciliumVersionOf } from "./mesh/meshPlan";
import type { FleetSpec, PoolSpec, SiteSpec } from "./spec";
import { trustNotes } from "./trust/lives";
import { defaultTopology } from "./underlay";

/** What can break a site, as what a spec says of it: equal texts are no change. */
const RISKS: Readonly<Record<string, (site: SiteSpec, fleet: FleetSpec) => string>> = {
  "the Kubernetes version": (site) => String(minorOf(site)),
  "the version of Cilium": (site, fleet) => ciliumVersionOf(site, fleet),
  // Every agent restarts with it.
  "the mesh or its datapath": (_, { mesh }) =>
    mesh === undefined
      ? ""
      : JSON.stringify([mesh.implementation ?? "cilium", mesh.encryption ?? "wireguard", mesh.mtuBytes]),
};

/** Parts of a spec that all sites have in common, and what goes with one that is left out. */
const PARTS: readonly (readonly [part: string, isThere: (fleet: FleetSpec) => boolean, gone: string])[] = [
  ["traffic", ({ traffic }) => traffic !== undefined, "the fleet's name and all that leads users to a site"],
  [
    "traffic.gateway",
    ({ traffic }) => traffic?.gateway !== undefined,
    "the gateway, its load balancer and its addresses",
  ],
  ["trust", ({ trust }) => trust !== undefined, "the roots and the certificates by which sites know each other"],
  ["underlay", ({ underlay }) => underlay !== undefined, "the links over which sites reach each other"],
];

/** The sites that were there before a change and serve after it. */
export function keptServing(
  before: FleetSpec,
  after: FleetSpec,
): { readonly old: SiteSpec; readonly next: SiteSpec }[] {
  return after.sites.flatMap((next) => {
    const old = before.sites.find(({ name }) => name === next.name);
    return old !== undefined && stateFacts(next.state).serves ? [{ old, next }] : [];
  });
}

/**
 * What is to be known of a change that a fleet may make: what comes to several sites that serve at once, of which one at a
 * time may be lost.
 */
export function lifeNotes(before: FleetSpec, after: FleetSpec): string[] {
  const kept = keptServing(before, after);
  const changed = Object.entries(RISKS).map(([what, of]): [string, SiteSpec[]] => [
    what,
    kept.flatMap(({ old, next }) => (of(old, before) === of(next, after) ? [] : [next])),
  ]);
  const replaced = kept.filter(({ old, next }) => replacesNodes(old, next)).map(({ next }) => next);
  const atOnce = [...changed, ["the nodes of pools", replaced] as const].flatMap(([what, sites]) => {
    if (sites.length < 2) return [];
    const [first] = sites;
    return [
      `One update changes ${what} of ${sites.length} sites that serve: ${sites.map(({ name }) => name).join(", ")}. What breaks by it ` +
        `breaks in all of them: change one, as by pulumi up --target '**${first?.name}**', see that it serves, and ` +
        "then the next.",
    ];
  });
  return [
    ...atOnce,
    ...goneNotes(
      kept.map(({ next }) => next.name),
      before,
      after,
    ),
    ...topologyNote(before, after),
    ...trafficNotes(before, after),
    ...trustNotes(before, after),
  ];
}

/** What is left out of a spec goes everywhere at once. */
function goneNotes(serving: readonly string[], before: FleetSpec, after: FleetSpec): string[] {
  if (serving.length < 2) return [];
  const gone = PARTS.filter(([, isThere]) => isThere(before) && !isThere(after));
  const outermost = gone.filter(([part]) => !gone.some(([other]) => part.startsWith(`${other}.`)));
  return outermost.map(
    ([part, , what]) =>
      `One update takes ${part} from all ${serving.length} sites that serve: ${serving.join(", ")}. With it goes ${what}, in all of them at ` +
      "once: leave it in the spec until nobody needs it in any of them.",
  );
}

/** What users are led by is one for all sites. */
function trafficNotes({ traffic: old }: FleetSpec, { traffic: next }: FleetSpec): string[] {
  if (old === undefined || next === undefined) return [];
  const notes: string[] = [];
  if (old.domain !== next.domain) {
    notes.push(
      `One update takes the name ${old.domain} from all sites and gives them ${next.domain}: who asks for the old one is led nowhere. Keep ` +
        "it by records of your own, such as a CNAME, until nobody does.",
    );
  }
  if (JSON.stringify(old.health) !== JSON.stringify(next.health)) {
    notes.push(
      "One update changes the health check of all sites at every service: see first that each site answers the new one, or all of them " +
        "count as dead at once.",
    );
  }
  if (
    old.gateway !== undefined &&
    next.gateway !== undefined &&
    !isDeepStrictEqual(old.gateway.routes, next.gateway.routes)
  ) {
    notes.push(
      "One update changes the routes of the gateways of all sites, and with them what says that a site is ready: see first that each site has " +
        "the Services of the new ones and that they answer, or all of them count as dead at once.",
    );
  }
  return notes;
}

/** Links are what all sites have in common: none of them is left while they are made in another way. */
function topologyNote(before: FleetSpec, after: FleetSpec): string[] {
  const [was, is] = [before, after].map(
    ({ underlay, sites, retired = [] }) =>
      underlay && (underlay.topology ?? defaultTopology(sites.length + retired.length)),
  );
  if (was === undefined || is === undefined || was === is) return [];
  return [
    `One update turns the topology of the underlay from "${was}" to "${is}": the links of all sites are deleted and made anew, and no site ` +
      `reaches another meanwhile. Set underlay.topology to "${was}" until each site can carry its users alone for that long.`,
  ];
}

/** Whether pools get other nodes, rather than more or fewer of the same. */
function replacesNodes(old: SiteSpec, next: SiteSpec): boolean {
  if (old.kind === "existing" || next.kind === "existing") return false;
  const nodes = ({ machineType, maximumPods, diskGiB, spot = false }: PoolSpec) =>
    JSON.stringify([machineType, maximumPods, diskGiB, spot]);
  return old.pools.some((pool) => {
    const same = next.pools.find(({ name }) => name === pool.name);
    return same !== undefined && nodes(pool) !== nodes(same);
  });
}
