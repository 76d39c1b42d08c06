import { stateFacts } from "../life";
import type { FleetSpec, SiteSpec } from "../spec";
import type { BuiltKind } from "../versions";
import type { Draft } from "./structure";
import { count, type Path, type Report, show } from "./wording";

/** One site of a draft, and where it stands in the spec. */
export interface DraftSite {
  readonly site: Draft<SiteSpec>;
  readonly path: Path;
  /** How messages call it: its name, or its place when it has none. */
  readonly called: string;
}

/** The sites that can be read at all. */
export function draftSites(spec: Draft<FleetSpec>): DraftSite[] {
  const sites = Array.isArray(spec.sites) ? spec.sites : [];
  return sites.flatMap((site, index) =>
    site === undefined
      ? []
      : [{ site, path: ["sites", index], called: site.name === undefined ? `sites[${index}]` : `"${site.name}"` }],
  );
}

/** A site that is built, as far as it can be read. */
export type DraftBuilt = Draft<Exclude<SiteSpec, { kind: "existing" }>> & { kind: BuiltKind };

/** The site if it is built, undefined if it exists or if nobody can tell. */
export function built({ site }: DraftSite): DraftBuilt | undefined {
  return site.kind === undefined || site.kind === "existing" ? undefined : (site as DraftBuilt);
}

/** How many sites there are, and that names, numbers and identities are given once. */
export function checkSites(spec: Draft<FleetSpec>, sites: readonly DraftSite[], report: Report): void {
  if (Array.isArray(spec.sites) && spec.sites.length < 2) {
    report(
      ["sites"],
      `has ${count(spec.sites.length)} site${spec.sites.length === 1 ? "" : "s"}: give at least 2, since the others must ` +
        `carry the demand when one is lost (2 sites cost 2.00x the demand, 3 cost 1.50x, 5 cost 1.25x).`,
    );
  }
  checkNames(sites, report);
  checkNumbers(spec, sites, report);
  checkIdentities(sites, report);
  const lost = sites.filter(({ site }) => site.state !== undefined && stateFacts(site.state).lost);
  if (lost.length > 0 && spec.degradedUntil === undefined) {
    report(
      ["degradedUntil"],
      `is missing while ${lost.map((one) => one.called).join(", ")} is lost: give the last day, as "YYYY-MM-DD", on which ` +
        `the others may be judged against one loss fewer.`,
    );
  }
}

function checkNames(sites: readonly DraftSite[], report: Report): void {
  const exact = new Map<string, DraftSite>();
  const squeezed = new Map<string, DraftSite>();
  for (const one of sites) {
    const name = one.site.name;
    if (name === undefined) continue;
    const bare = name.replaceAll("-", "");
    const same = exact.get(name);
    const alike = squeezed.get(bare);
    if (same !== undefined) {
      report([...one.path, "name"], `is "${name}", which ${place(same)} has already: names are unique, give another.`);
    } else if (alike !== undefined) {
      report(
        [...one.path, "name"],
        `is "${name}", which is "${alike.site.name}" of ${place(alike)} wherever a cloud's names take no "-": ` +
          `give a name that differs by more than "-".`,
      );
    } else {
      exact.set(name, one);
      squeezed.set(bare, one);
    }
  }
}

/** Sites of one cluster would be lost together. */
function checkIdentities(sites: readonly DraftSite[], report: Report): void {
  const taken = new Map<string, DraftSite>();
  for (const one of sites) {
    const identity = one.site.kind === "existing" ? one.site.identity : undefined;
    if (identity === undefined) continue;
    const same = taken.get(identity);
    if (same === undefined) taken.set(identity, one);
    else {
      report(
        [...one.path, "identity"],
        `is ${show(identity)}, which ${place(same)} has already: two sites of one cluster are lost together, give each its own.`,
      );
    }
  }
}

function checkNumbers(spec: Draft<FleetSpec>, sites: readonly DraftSite[], report: Report): void {
  const most = spec.addresses?.maximumSites ?? 255;
  const retired = new Set<number>();
  (Array.isArray(spec.retired) ? spec.retired : []).forEach((number, index) => {
    if (number === undefined) return;
    if (retired.has(number)) report(["retired", index], `is ${number} a second time: remove it.`);
    if (number > most) report(["retired", index], tooHigh(number, most));
    retired.add(number);
  });
  const taken = new Map<number, DraftSite>();
  const used = new Set([...retired, ...sites.flatMap(({ site }) => site.number ?? [])]);
  for (const one of sites) {
    const number = one.site.number;
    if (number === undefined) continue;
    const path = [...one.path, "number"];
    const same = taken.get(number);
    if (same !== undefined) {
      report(path, `is ${number}, which ${place(same)} has already: numbers are unique, ${nextFree(used, most)}.`);
    } else taken.set(number, one);
    if (retired.has(number)) {
      report(path, `is ${number}, which is retired: a number is given once and never again, ${nextFree(used, most)}.`);
    }
    if (number > most) report(path, tooHigh(number, most));
  }
}

function tooHigh(number: number, most: number): string {
  return (
    `is ${number}: give 1 to ${most}, or set addresses.maximumSites to 511 before the first site is built ` +
    `(the mesh of every site must have the same maximum, and it never changes).`
  );
}

function nextFree(used: ReadonlySet<number>, most: number): string {
  for (let number = 1; number <= most; number++) if (!used.has(number)) return `give another, such as ${number}`;
  return `and none of 1 to ${most} is left`;
}

function place(one: DraftSite): string {
  return `${one.path[0]}[${one.path[1]}]`;
}
