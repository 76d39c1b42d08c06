import { guaranteed, type ObservedPool, OWN_POOL_LABEL, type TaintSpec } from "pulumi-multisite/plan";
import type { DeclaredTraits, Finding } from "../judged";
import type { DeclaredPoolFacts, DeclaredSite } from "../observedFleet";
import type { Rule } from "../rule";
import { listed } from "../wording";

/** A proof about the declaration is worth what the declaration is: the pools must be what the fleet says they are. */
export const declaredVersusReal: Rule = {
  name: "n1-018-declared-vs-real",
  displayName: "Pools are what the fleet declares",
  description: "The node pools below a site guarantee what the fleet declares of them.",
  level: "mandatory",
  severity: "high",
  remediation: "Take back the transform or the change that made the pool differ, or declare what is there.",
  compare: ({ sites }) => sites.flatMap((site) => site.pools.flatMap((pool) => difference(site, pool))),
};

function difference(site: DeclaredSite, declared: DeclaredPoolFacts): Finding[] {
  if (site.real === undefined || declared.guaranteedNodes === 0) return [];
  const real = poolCalled(declared.name, site.name, site.real.pools);
  const says = `Site ${site.name} declares ${declared.guaranteedNodes} x ${declared.machineType}`;
  if (real === undefined) {
    return [{ message: `${says} in pool ${declared.name} but has no such pool.`, site: site.name, urn: site.urn }];
  }
  const found = realFacts(real);
  if (found === undefined) return [];
  const differences = [...tooFew(declared, real, found), ...unlike(declared.traits, real)];
  if (differences.length === 0) return [];
  return [{ message: `${says} but ${real.urn} ${listed(differences)}.`, site: site.name, urn: real.urn }];
}

/**
 * The pool of exactly that name: a resource's, which has the site's before it, or, where a cloud lets no name be so long,
 * the one on its nodes.
 */
function poolCalled(name: string, site: string, pools: readonly ObservedPool[]): ObservedPool | undefined {
  return (
    pools.find((pool) => pool.name === `${site}-${name}` || pool.name === name) ??
    pools.find(({ labels }) => labels[OWN_POOL_LABEL] === name)
  );
}

function tooFew(declared: DeclaredPoolFacts, real: ObservedPool, { nodes, types }: RealFacts): string[] {
  if (real.windows) return ["runs Windows, where no Linux pod runs"];
  if (nodes >= declared.guaranteedNodes && types.includes(declared.machineType)) return [];
  return [`guarantees ${nodes} x ${types.join(" or ")}`];
}

/** Cilium takes this taint away from every node that it has come up on, so it keeps nothing out for long. */
const STARTUP_TAINT = /agent-not-ready$/;

/** A taint of the program's: those that a cloud sets by itself are no difference from what was declared. */
function isClosing(taint: TaintSpec): boolean {
  return taint.effect !== "PreferNoSchedule" && !STARTUP_TAINT.test(taint.key) && !("admits" in taint);
}

/** What lets fewer pods onto the nodes than the plan has counted on. */
function unlike(traits: DeclaredTraits | undefined, { description, labels, taints }: ObservedPool): string[] {
  if (traits === undefined) return [];
  const { maxPods, diskGiB } = description;
  const declared = new Set(traits.taints.map(taintText));
  const closing = taints.filter(isClosing);
  const lacking = Object.entries(traits.labels).filter(([key, value]) => labels[key] !== value);
  return [
    ...closing.map(taintText).flatMap((text) => (declared.has(text) ? [] : [`has the taint ${text}`])),
    ...lacking.map(([key, value]) => `lacks the label ${key}=${value}`),
    ...(isLess(maxPods, traits.maximumPods) ? [`has ${maxPods} pods per node instead of ${traits.maximumPods}`] : []),
    // AWS says nothing of a disk that a launch template gives, which state has as 0.
    ...(isLess(diskGiB, traits.diskGiB) ? [`has disks of ${diskGiB} GiB instead of ${traits.diskGiB}`] : []),
  ];
}

function isLess(real: number | null | undefined, declared: number): boolean {
  return typeof real === "number" && real > 0 && real < declared;
}

function taintText({ key, value, effect }: TaintSpec): string {
  return value === undefined || value === "" ? `${key}:${effect}` : `${key}=${value}:${effect}`;
}

interface RealFacts {
  readonly nodes: number;
  readonly types: readonly string[];
}

/** What a pool has; undefined as long as its size or its machine type is not known: that is a note, not a violation. */
function realFacts(pool: ObservedPool): RealFacts | undefined {
  const types = pool.description.machineTypes.filter((type) => type !== null);
  const open = pool.unknown.some((path) => !path.startsWith("launchTemplate"));
  if (open || types.length !== pool.description.machineTypes.length) return undefined;
  return { nodes: guaranteed(pool.description).nodes, types };
}

/** Pools that cannot be compared yet, for the pack's notes. */
export function notYetKnown(sites: readonly DeclaredSite[]): string[] {
  return sites.flatMap(({ name, real }) =>
    (real?.pools ?? [])
      .filter((pool) => realFacts(pool) === undefined)
      .map((pool) => `Site ${name}: pool ${pool.name} can be compared with its declaration only after the update.`),
  );
}
