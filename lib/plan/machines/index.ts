import { nearest } from "../nearest";
import { azureByRule } from "./azureRules";
import { gcpByRule } from "./gcpRules";
import { listedMachine, listedMachines, tableSources } from "./table";
import type { CatalogueFacts, Machine, Provider } from "./types";

export type { CatalogueFacts, EniLimits, Machine, Provider } from "./types";

/**
 * The machine type of that name, or undefined when neither a table nor a rule knows it: then it counts as zero, and
 * the pool needs an `allocatable` of its own.
 * @param type as the provider's API spells it; Azure's names in either case
 */
export function machine(provider: Provider, type: string): Machine | undefined {
  // Longer names are nobody's, and need no regular expression run over them.
  if (type.length > 64) return undefined;
  const listed = listedMachine(provider, type);
  if (provider === "azure") return listed ?? azureByRule(type);
  // Only Azure takes a name in either case.
  if (listed !== undefined) return listed.type === type ? listed : undefined;
  return provider === "gcp" ? gcpByRule(type) : undefined;
}

/** The listed type whose name is nearest to one that is not known, for "did you mean"; undefined when none is near. */
export function nearestMachine(provider: Provider, type: string): string | undefined {
  const machines = listedMachines(provider);
  const name = nearest(type, machines.keys());
  return name === undefined ? undefined : machines.get(name)?.type;
}

/** What a provider's table is made of: sources, date and number of types. */
export function catalogue(provider: Provider): CatalogueFacts {
  const sources = tableSources(provider);
  const dates = sources.map((source) => source.date).sort();
  return {
    provider,
    count: listedMachines(provider).size,
    sources: sources.map((source) => source.name),
    date: dates.at(-1) ?? "",
  };
}
