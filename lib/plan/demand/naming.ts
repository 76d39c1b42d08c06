import type { Workload } from "./workloads";

const FORMS: readonly ((of: Workload) => string)[] = [
  ({ identity }) => identity.name,
  ({ identity }) => `${identity.namespace}/${identity.name}`,
  ({ identity }) => `${identity.kind} ${identity.namespace}/${identity.name}`,
  ({ identity }) => `${identity.kind}.${identity.group} ${identity.namespace}/${identity.name}`,
  ({ identity }) => `${identity.cluster} ${identity.kind}.${identity.group} ${identity.namespace}/${identity.name}`,
];

/**
 * For each workload the shortest name that no other has: its name, its name in its namespace, then that with its kind
 * and its cluster. Workloads that share even those (`generateName`) are numbered.
 */
export function namesOf(workloads: readonly Workload[]): string[] {
  const counts = FORMS.map((form) => countOf(workloads.map(form)));
  const longest = FORMS.at(-1) ?? (({ identity }: Workload) => identity.name);
  const numbers = new Map<string, number>();
  return workloads.map((one) => {
    const unique = FORMS.find((form, index) => counts[index]?.get(form(one)) === 1);
    if (unique !== undefined) return unique(one);
    const name = longest(one).trimStart();
    const number = (numbers.get(name) ?? 0) + 1;
    numbers.set(name, number);
    return `${name} (${number})`;
  });
}

function countOf(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
