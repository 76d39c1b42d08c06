import { guaranteed, type ObservedPool } from "pulumi-multisite/plan";
import type { Finding } from "../judged";
import type { DeclaredPoolFacts, DeclaredSite } from "../observedFleet";
import type { Rule } from "../rule";

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
  const real = site.real.pools.find(({ name }) => name === declared.name || name.endsWith(`-${declared.name}`));
  const says = `Site ${site.name} declares ${declared.guaranteedNodes} x ${declared.machineType}`;
  if (real === undefined) {
    return [{ message: `${says} in pool ${declared.name} but has no such pool.`, site: site.name, urn: site.urn }];
  }
  const found = realFacts(real);
  if (found === undefined || (found.nodes >= declared.guaranteedNodes && found.types.includes(declared.machineType)))
    return [];
  const guarantees = `${found.nodes} x ${found.types.join(" or ")}`;
  return [{ message: `${says} but ${real.urn} guarantees ${guarantees}.`, site: site.name, urn: real.urn }];
}

/** What a pool has; undefined as long as its size or its machine type is not known: that is a note, not a violation. */
function realFacts(pool: ObservedPool): { readonly nodes: number; readonly types: readonly string[] } | undefined {
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
