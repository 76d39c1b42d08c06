import type { RunningObject, SitePlacement } from "pulumi-multisite/plan";
import type { Finding, JudgedFleet } from "../judged";
import type { Rule } from "../rule";
import { listed } from "../wording";

/** Nodes that wait for a loss help only when the pods run there before it, or an autoscaler may start them. */
export const replicasPrescaled: Rule = {
  name: "n1-012-replicas-prescaled",
  displayName: "Every site runs what it carries after a loss",
  description:
    "At every site a critical workload runs at least the replicas that it must carry there after the worst loss, and its autoscaler may run as many.",
  level: "advisory",
  severity: "medium",
  remediation: "Raise the replicas, or the autoscaler's bounds, to what the plan places at the site.",
  judge: findings,
  compare: ({ judged, observed }) => judged.flatMap((fleet) => findings({ ...fleet, running: observed.running })),
};

function findings({ input, capacity, running, requested }: JudgedFleet): Finding[] {
  // Where the objects are the demand, each cluster's waiting replicas are in it already.
  if (requested?.declared === false) return [];
  const critical = (input?.demand.workloads ?? []).filter(({ priority }) => priority !== "sheddable");
  const objects = running?.objects ?? [];
  const sites = new Set(objects.map(({ site }) => site));
  return (capacity?.placements ?? [])
    .filter(({ site }) => sites.has(site))
    .flatMap((placement) =>
      critical.flatMap(({ name }) => {
        const everywhere = called(name, objects);
        const names = new Set(everywhere.map((one) => one.name));
        // Which of several it is, is said once for all sites.
        if (names.size !== 1) return [];
        const here = everywhere.find(({ site }) => site === placement.site);
        return shortage(name, here, placement, lossFor(placement.site, capacity?.losses ?? []));
      }),
    )
    .concat(critical.flatMap(({ name }) => ambiguous(name, called(name, objects))));
}

/** The objects that a workload of the demand is: by its whole name, in the default namespace, or else in any. */
function called(workload: string, objects: readonly RunningObject[]): RunningObject[] {
  for (const name of [workload, `default/${workload}`]) {
    const exact = objects.filter((one) => one.name === name);
    if (exact.length > 0) return exact;
  }
  return objects.filter(({ name }) => name.endsWith(`/${workload}`));
}

function ambiguous(workload: string, objects: readonly RunningObject[]): Finding[] {
  const names = [...new Set(objects.map(({ name }) => name))].sort();
  if (names.length < 2) return [];
  const message = `Workload ${workload} of the demand may be ${names.join(" or ")}, so its replicas are not judged: name it with its namespace.`;
  return [{ message }];
}

function shortage(workload: string, here: RunningObject | undefined, at: SitePlacement, loss: string): Finding[] {
  const need = at.replicas[workload] ?? 0;
  const [minimum, maximum] = here === undefined ? [0, 0] : [here.minimum, here.maximum];
  const where = `${here?.name ?? workload} at ${at.site}`;
  const about = { site: at.site, urn: here?.urn };
  if (maximum !== undefined && maximum < need) {
    const message = `${where}: max ${maximum} replicas < ${need} required when ${loss} is lost; nodes would be idle while pods are missing (${need - maximum} short).`;
    return [{ ...about, message }];
  }
  if (minimum === undefined || minimum >= need) return [];
  const message = `${where}: min ${minimum} replicas < ${need} required when ${loss} is lost; ${need - minimum} would have to start while everybody is busy. Run ${need} before the loss.`;
  return [{ ...about, message }];
}

/** The worst loss that leaves a site standing. */
function lossFor(
  site: string,
  losses: readonly { readonly faultDomains: readonly string[]; readonly sites: readonly string[] }[],
): string {
  const loss = losses.find(({ sites }) => !sites.includes(site));
  return loss === undefined ? "another site" : listed(loss.faultDomains);
}
