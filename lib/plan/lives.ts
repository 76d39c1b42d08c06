import { blockPool, DEFAULT_BLOCK_PREFIX, DEFAULT_POOL } from "./addresses";
import { formatCidr, part } from "./cidr";
import { stateFacts } from "./life";
import type { Problem } from "./problems";
import { trafficProblems } from "./routing/lives";
import type { FleetSpec, SiteSpec, SiteState } from "./spec";
import { trustProblems } from "./trust/lives";
import { ownerOf } from "./underlay/networks";
import { DEFAULT_KUBERNETES_VERSION } from "./versions";

/**
 * Why a fleet cannot become another: what is a site's or the fleet's for life, and the order in which a site comes and goes.
 * @param before the spec that was built last
 * @param after the spec that is to be built, without problems
 */
export function lifeProblems(before: FleetSpec, after: FleetSpec): Problem[] {
  return [
    ...before.sites.flatMap((old) => siteProblems(old, before, after)),
    ...fleetProblems(before, after),
    ...trafficProblems(before, after),
    ...trustProblems(before, after),
  ];
}

/** A name and a number are a site's for life, and a site is withdrawn from its peers before its entry goes. */
function siteProblems(old: SiteSpec, before: FleetSpec, after: FleetSpec): Problem[] {
  const kept = after.sites.findIndex(({ name }) => name === old.name);
  if (kept >= 0) return keptProblems(old, after.sites[kept]!, `sites[${kept}]`, [before, after]);
  const renamed = after.sites.findIndex(({ number }) => number === old.number);
  if (renamed >= 0) return renameProblem(old, after.sites[renamed]!, renamed);
  return vanishProblems(old, after);
}

const ALL_RESTART = "which restarts all of its workloads and changes their addresses or identities at once";

function keptProblems(
  old: SiteSpec,
  next: SiteSpec,
  path: string,
  fleets: readonly [before: FleetSpec, after: FleetSpec],
): Problem[] {
  if (old.number !== next.number) {
    const message = `was ${old.number} and is ${next.number}, ${ALL_RESTART}: give the old one, or a site of another name.`;
    return [{ path: `${path}.number`, message }];
  }
  return [
    ...placeProblems(old, next, path),
    ...blockProblem(old, next, path, fleets),
    ...versionProblem(old, next, path),
    ...stateProblem(old, next, path),
  ];
}

/** A cluster is nowhere else: what moves is made anew, and what it held is gone. */
function placeProblems(old: SiteSpec, next: SiteSpec, path: string): Problem[] {
  const anew = "which is another cluster: add a site of another name and number there, and let this one leave.";
  const moved = (what: string, was: string, is: string): Problem[] =>
    was === is ? [] : [{ path: `${path}.${what}`, message: `was "${was}" and is "${is}", ${anew}` }];
  if (old.kind !== next.kind) return moved("kind", old.kind, next.kind);
  // Of a cluster that exists the spec says what is known, and that may have been wrong.
  if (next.kind === "existing") return identityProblem(old, next, path);
  return [...moved("region", old.region, next.region), ...moved(OWNERS[next.kind], ownerOf(old), ownerOf(next))];
}

/** What is in a cluster is made anew in another, which users may be led to meanwhile. */
function identityProblem(old: SiteSpec, next: SiteSpec, path: string): Problem[] {
  if (old.kind !== "existing" || next.kind !== "existing" || old.identity === next.identity) return [];
  if (![old, next].some(({ state }) => stateFacts(state).serves)) return [];
  const message =
    `was "${old.identity}" and is "${next.identity}", which is another cluster, where all of the site's objects are made anew at once: ` +
    `give the old one, or add a site of another name and number there and let this one leave; where this cluster was made anew, set ` +
    `the state to "drained" first, and change it while nobody is led there.`;
  return [{ path: `${path}.identity`, message }];
}

const OWNERS = { eks: "account", gke: "project", aks: "subscription" } as const;

/** Addresses derive from the block, and none of them can change in a cluster that lives. */
function blockProblem(
  old: SiteSpec,
  next: SiteSpec,
  path: string,
  [before, after]: readonly [before: FleetSpec, after: FleetSpec],
): Problem[] {
  if (old.kind === "existing" || next.kind === "existing") return [];
  // A pool that moves moves all: that is one mistake.
  if (old.block === undefined && next.block === undefined) return [];
  const [was, is] = [blockOf(old, before), blockOf(next, after)];
  if (was === is) return [];
  return [{ path: `${path}.block`, message: `was ${was} and is ${is}, ${ALL_RESTART}: give ${was}.` }];
}

function blockOf({ block, number }: SiteSpec, { addresses }: FleetSpec): string {
  const { pool, blockPrefix } = blockPool(addresses);
  return block ?? formatCidr(part(pool, blockPrefix, number));
}

/** Control planes go one minor version forward at a time, whoever runs them, and none goes back with its nodes. */
function versionProblem(old: SiteSpec, next: SiteSpec, path: string): Problem[] {
  const [was, is] = [minorOf(old), minorOf(next)];
  if (was === undefined || is === undefined) return [];
  const changed = `was "1.${was}" and is "1.${is}"`;
  const refused = (message: string): Problem[] => [{ path: `${path}.kubernetesVersion`, message }];
  if (is < was) return refused(`${changed}, and no update takes a cluster back: give "1.${was}" or newer.`);
  if (is - was > 1)
    return refused(`${changed}, and clusters are upgraded by one minor version at a time: give "1.${was + 1}" first.`);
  return [];
}

/** The minor version of Kubernetes; undefined for a cluster that exists. */
export function minorOf(site: SiteSpec): number | undefined {
  if (site.kind === "existing") return undefined;
  return Number((site.kubernetesVersion ?? DEFAULT_KUBERNETES_VERSION).split(".")[1]);
}

/** Changes of state that skip what must come between: by the state before, then the state after. */
const SKIPPED: Readonly<Partial<Record<SiteState, Partial<Record<SiteState, string>>>>> = {
  active: {
    leaving:
      `its workloads and its place in the mesh would go while users are still led there: set "drained", and "leaving" once ` +
      "nobody is.",
  },
  lost: {
    active:
      `it would serve before it has what was released meanwhile: set "drained", run "pulumi up --refresh", and then take ` +
      "the state away.",
  },
  leaving: {
    active: `it would be given users before it has workloads and peers again: set "drained" first.`,
  },
};

function stateProblem(old: SiteSpec, next: SiteSpec, path: string): Problem[] {
  const [was, is] = [old.state ?? "active", next.state ?? "active"];
  const why = SKIPPED[was]?.[is];
  return why === undefined ? [] : [{ path: `${path}.state`, message: `was "${was}" and is "${is}": ${why}` }];
}

function renameProblem(old: SiteSpec, next: SiteSpec, index: number): Problem[] {
  const message = `was "${old.name}" and is "${next.name}", ${ALL_RESTART}: give the old one, or a site of another number.`;
  return [{ path: `sites[${index}].name`, message }];
}

function vanishProblems({ name, number, state }: SiteSpec, after: FleetSpec): Problem[] {
  const problems: Problem[] = [];
  if (stateFacts(state).meshed) {
    const message = `has no "${name}" any more, which its peers still follow: set its state to "leaving" first.`;
    problems.push({ path: "sites", message });
  }
  if (!(after.retired ?? []).includes(number)) {
    const message = `lacks ${number}, the number of "${name}", which is gone: add it, so that nobody is given it again.`;
    problems.push({ path: "retired", message });
  }
  return problems;
}

/** What was set once for all sites, and numbers that were given once. */
function fleetProblems({ addresses: old = {}, retired = [], sites }: FleetSpec, after: FleetSpec): Problem[] {
  const next = after.addresses ?? {};
  const isBuilt = sites.some((site) => site.kind !== "existing" && site.block === undefined);
  const once = (what: "pool" | "blockPrefix" | "maximumSites", absent: string | number, why: string): Problem[] => {
    const [was, is] = [old[what] ?? absent, next[what] ?? absent];
    if (was === is) return [];
    return [{ path: `addresses.${what}`, message: `was ${was} and is ${is}, ${why}: give ${was}.` }];
  };
  const moves = "which moves the addresses of sites that live";
  return [
    ...(isBuilt ? [...once("pool", DEFAULT_POOL, moves), ...once("blockPrefix", DEFAULT_BLOCK_PREFIX, moves)] : []),
    ...once("maximumSites", 255, "and meshes of two maxima read each other's identities wrongly"),
    ...retired
      .filter((number) => !(after.retired ?? []).includes(number))
      .map((number) => ({
        path: "retired",
        message: `lacks ${number}, which was given to a site that is gone: add it again, so that nobody is given it.`,
      })),
  ];
}
