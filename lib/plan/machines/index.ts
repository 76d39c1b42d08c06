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
  // Only Azure takes a name in either case.
  if (listed !== undefined) return provider === "azure" || listed.type === type ? listed : undefined;
  return provider === "aws" ? undefined : byRule(provider, type);
}

/** Rules are regular expressions, and a large fleet asks for one type hundreds of times. */
const derived = new Map<string, Machine | undefined>();
const MOST_DERIVED = 1000;

function byRule(provider: "gcp" | "azure", type: string): Machine | undefined {
  const key = `${provider} ${type}`;
  if (derived.has(key)) return derived.get(key);
  if (derived.size >= MOST_DERIVED) derived.clear();
  const found = provider === "gcp" ? gcpByRule(type) : azureByRule(type);
  derived.set(key, found);
  return found;
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
