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
 * and its cluster, which no two share.
 */
export function namesOf(workloads: readonly Workload[]): string[] {
  const counts = FORMS.map((form) => countOf(workloads.map(form)));
  return workloads.map((one) => {
    const unique = FORMS.find((form, index) => counts[index]?.get(form(one)) === 1) ?? FORMS.at(-1)!;
    return unique(one);
  });
}

function countOf(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
