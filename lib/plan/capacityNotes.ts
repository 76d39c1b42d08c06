import type { CapacityInput, CapacitySite } from "./capacityInput";
import { daemonSetNotes } from "./daemonSetNotes";
import { compareText, type Domain } from "./domains";
import { exclusionNotes } from "./exclusionNotes";
import { firstOf } from "./firstOf";
import { amountText } from "./grains";
import type { Losses } from "./losses";
import { ZONE_LABEL } from "./nodeLabels";
import { guaranteed, type Load, type Pods } from "./packing";
import type { Confined } from "./requirements";
import { amount, fits, subtract } from "./resources";
import { exclusions, mayRunOn, mayRunOnSome, podResources } from "./schedulable";
import type { CapacityVerdict, Fix } from "./verdict";

/** What the notes are made of. */
export interface Judged {
  readonly input: CapacityInput;
  readonly load: Load;
  readonly domains: readonly Domain[];
  /** Fault domains that are lost or drained already. */
  readonly gone: readonly string[];
  readonly tolerate: number;
  readonly verdict: CapacityVerdict["verdict"];
  readonly losses: Losses;
  readonly fixes: readonly Fix[];
  readonly confined: readonly Confined[];
}

/** What a reader of the verdict must know beside its numbers: what does not count, why it fails, why nothing helps. */
export function notesOf(judged: Judged): string[] {
  return [
    ...noDemand(judged),
    ...statesOf(judged),
    ...tooFewDomains(judged),
    ...sharedDomains(judged),
    ...confinedTo(judged),
    ...daemonSetNotes(judged.input.sites),
    ...fitsNowhere(judged),
    ...exclusionNotes(judged),
    ...withoutShare(judged),
    ...differentShortages(judged),
    ...notProven(judged),
    ...notListed(judged),
    ...noFix(judged),
  ];
}

function noDemand({ load }: Judged): string[] {
  if (load.need.some((need) => need > 0)) return [];
  return [
    "No critical demand is declared, so nothing can be proven: give demand.cpu and demand.memoryGiB, or workloads.",
  ];
}

function statesOf({ input, gone, tolerate }: Judged): string[] {
  const notes: string[] = [];
  for (const site of byName(input.sites)) {
    if ((site.state ?? "active") !== "active") notes.push(`Site ${site.name} is ${site.state} and carries nothing.`);
  }
  if (gone.length > 0) {
    notes.push(
      `${list("Fault domain", gone)} ${gone.length === 1 ? "is" : "are"} out already: the other sites are judged ` +
        `against ${tolerate} more ${tolerate === 1 ? "loss" : "losses"} (N+${tolerate}) instead of ${input.tolerate}.`,
    );
  }
  return notes;
}

function tooFewDomains({ domains, tolerate }: Judged): string[] {
  if (domains.length > tolerate) return [];
  const needed = tolerate + 1;
  return [
    `${domains.length} ${domains.length === 1 ? "fault domain serves" : "fault domains serve"}, ${needed} or more are ` +
      `needed to survive the loss of ${tolerate}. No number of nodes changes that: add ` +
      `${needed - domains.length} more ${needed - domains.length === 1 ? "site" : "sites"} in other fault domains.`,
  ];
}

function sharedDomains({ domains }: Judged): string[] {
  return domains
    .filter((one) => one.sites.length > 1)
    .map(
      (one) =>
        `${list(
          "Site",
          one.sites.map(({ site }) => site.name),
        )} are in fault domain ${one.name} and are lost together.`,
    );
}

/** Workloads that some sites do not run, by their requirements or because one site is enough. */
function confinedTo({ confined, tolerate }: Judged): string[] {
  return confined.map(({ pods, singleton, placed, domains, critical }) => {
    const sites = [...placed].map(([site, count]) => `${site} (${count})`);
    const name = `Workload ${pods.spec.name}`;
    if (sites.length === 0) return `${name} runs nowhere: no site that serves meets its requirements.`;
    if (singleton) {
      return `${name} is a singleton and runs in ${sites[0]} only: N+1 does not cover it. When that site is lost it is gone until a run without the site gives it another.`;
    }
    const short =
      critical && domains.size <= tolerate
        ? ` They are ${domains.size} fault ${domains.size === 1 ? "domain" : "domains"}, ${tolerate + 1} or more are needed: allow it more sites.`
        : "";
    return `${name} runs in ${list("site", sites)} only, by its requirements.${short}`;
  });
}

/** Workloads whose pods no node of some site may carry: more nodes of the same kind do not change that. */
function fitsNowhere({ load, domains, confined }: Judged): string[] {
  const serving = domains.flatMap((one) => one.sites);
  return load.critical.flatMap((pods) => {
    const only = confined.find((one) => one.pods === pods)?.placed;
    const may = only === undefined ? serving : serving.filter((one) => only.has(one.site.name));
    const without = may.filter(
      ({ site }) => !site.nodeGroups.some((group) => carries(group, pods) || isCrowdedOut(pods, group)),
    );
    if (without.length === 0 || pods.total + pods.minimum === 0) return [];
    const sites = byName(without.map((one) => one.site));
    return [`Workload ${pods.spec.name} (${size(pods) || "nothing"} per pod) ${reason(pods, sites)}`];
  });
}

function carries(group: CapacitySite["nodeGroups"][number], pods: Pods): boolean {
  return mayRunOn(pods.spec, group) && fits(podResources(pods.spec), group.perNode);
}

/** Whether it is DaemonSets that leave no room for the pod, of which their own note tells. */
function isCrowdedOut(pods: Pods, group: CapacitySite["nodeGroups"][number]): boolean {
  const { tooLarge } = group.crowding ?? {};
  if (tooLarge === undefined || !mayRunOn(pods.spec, group)) return false;
  return fits(podResources(pods.spec), subtract(tooLarge.allocatable, tooLarge.own));
}

function reason(pods: Pods, sites: readonly CapacitySite[]): string {
  const where = list(
    "site",
    sites.map((site) => site.name),
  );
  const allowed = sites.flatMap((site) => site.nodeGroups.filter((group) => mayRunOn(pods.spec, group)));
  if (allowed.length === 0) {
    const groups = sites.flatMap((site) => site.nodeGroups);
    const inZones = groups.filter((group) => mayRunOnSome(pods.spec, group)).map(({ pool }) => pool);
    if (inZones.length > 0) {
      const zone = pods.spec.nodeSelector?.[ZONE_LABEL];
      return `asks for zone ${zone}, in which are some nodes of ${list("pool", [...new Set(inZones.map(String))])} of ${where}: nobody promises how many. Add a pool in that zone alone (\`zones\`).`;
    }
    const why = exclusions(pods.spec, groups).join(", and ");
    return `may run on no pool of ${where}${why === "" ? "" : `: ${why}`}. Add such a pool or change the workload.`;
  }
  const lacking = Object.entries(pods.spec.extended ?? {}).filter(
    ([name, amount]) => amount > 0 && allowed.every((group) => !((group.perNode.extended[name] ?? 0) > 0)),
  );
  if (lacking.length > 0) {
    const names = lacking.map(([name]) => name).join(", ");
    return `fits no node of ${where}: none has any ${names}. Add a pool of machines with it, or say under \`allocatable.extended\` how much its nodes have.`;
  }
  const cpu = Math.max(...allowed.map((group) => group.perNode.cpuMillis)) / 1000;
  const memory = Math.max(...allowed.map((group) => group.perNode.memoryMiB)) / 1024;
  const types = [...new Set(allowed.map((group) => group.machineType).filter((type) => type !== undefined))].sort();
  return (
    `fits no node of ${where}: the largest offers cpu ${round(cpu)}, memoryGiB ${round(memory)} after DaemonSets. ` +
    `More nodes do not help: use a larger machine type${types.length > 0 ? ` than ${types.join(", ")}` : ""}.`
  );
}

/** Sites that get no traffic because their nodes carry no share of the demand. */
function withoutShare({ load, domains }: Judged): string[] {
  if (!load.need.some((need) => need > 0)) return [];
  const serving = domains.flatMap((one) => one.sites);
  const idle = byName(serving.filter((one) => one.share.proven.num === 0).map((one) => one.site));
  const hasNodes = (site: CapacitySite) => site.nodeGroups.some((group) => guaranteed(group) > 0);
  return [
    ...idleNote(
      idle.filter(hasNodes),
      () => "cannot be shown to run the least that every site must run of each workload",
    ),
    ...idleNote(
      idle.filter((site) => !hasNodes(site)),
      (isOne) => `${isOne ? "guarantees" : "guarantee"} no nodes`,
    ),
  ];
}

/** One line for all of them: at night nobody reads the same one for each site. */
function idleNote(sites: readonly CapacitySite[], why: (isOne: boolean) => string): string[] {
  if (sites.length === 0) return [];
  const isOne = sites.length === 1;
  const names = sites.map(({ name }) => name);
  return [`${list("Site", names)} ${why(isOne)}, so ${isOne ? "it counts" : "they count"} as nothing.`];
}

/** All sums may fit while the sites lack different resources. */
function differentShortages({ verdict, losses, domains, tolerate }: Judged): string[] {
  const failing = losses.listed.find((loss) => !loss.holds);
  if (verdict !== "does not hold" || failing === undefined || domains.length <= tolerate) return [];
  if (failing.resources.some(({ have, need }) => have !== null && have < need)) return [];
  return [
    "Every resource is enough in sum, but a site carries its part of the whole demand: its scarcest resource, the " +
      "rounding to whole pods, or nodes that a workload may not use limit the sites below that.",
  ];
}

function notProven({ verdict, domains, tolerate, load }: Judged): string[] {
  if (verdict !== "cannot be proven" || !load.need.some((need) => need > 0)) return [];
  const left = (by: "proven" | "possible") => {
    const sums = domains.map((one) => one[by].value).sort((a, b) => b - a);
    const rest = sums.slice(tolerate).reduce((sum, one) => sum + one, 0);
    return `${round((rest * 100 * load.headroom.den) / load.headroom.num)} %`;
  };
  return [
    `After the worst loss ${left("proven")} of the demand is proven to find nodes, and at most ${left("possible")} can: ` +
      "between the two it depends on the order in which whole pods meet whole nodes.",
  ];
}

function notListed({ losses }: Judged): string[] {
  if (losses.all <= losses.listed.length) return [];
  return [`The worst ${losses.listed.length} of ${losses.all} possible losses are listed.`];
}

function noFix({ verdict, fixes, domains, tolerate, load, input }: Judged): string[] {
  if (verdict === "holds" || fixes.length > 0 || domains.length <= tolerate) return [];
  if (!load.need.some((need) => need > 0)) return [];
  const fixed = input.sites.every((site) => site.nodeGroups.every((group) => group.pool === undefined));
  return [
    fixed
      ? "No pool of this fleet can grow by a known node: declare more allocatable capacity, or add sites."
      : "No number of nodes in the present pools was found to make it hold: change machine types, or add sites.",
  ];
}

function size(pods: Pods): string {
  const each = podResources(pods.spec);
  return ["cpuMillis", "memoryMiB", "ephemeralStorageMiB", ...Object.keys(each.extended).sort()]
    .filter((name) => amount(each, name) > 0)
    .map((name) => amountText(each, name))
    .join(", ");
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function byName(sites: readonly CapacitySite[]): CapacitySite[] {
  return [...sites].sort((a, b) => compareText(a.name, b.name));
}

/** "site a", "sites a and b", "sites a, b and 3 more". */
function list(what: string, names: readonly string[]): string {
  if (names.length === 1) return `${what} ${names[0]}`;
  if (names.length <= 4) return `${what}s ${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  return `${what}s ${firstOf(names, 3)}`;
}
