import { type Cidr, readCidr, sizeOf } from "../cidr";
import { isPrivate, reservedRange } from "../reserved";
import type { ApiAccess } from "../spec";
import { built, type DraftSite } from "./sites";
import type { Draft } from "./structure";
import { count, type Path, type Report, show } from "./wording";

/** Reads a canonical IPv4 CIDR, or reports why it is none. */
export function readRange(text: string, path: Path, report: Report): Cidr | undefined {
  const read = readCidr(text);
  if (!("fault" in read)) return read;
  switch (read.fault) {
    case "ipv6":
      report(
        path,
        `is ${show(text)}, an IPv6 range: give an IPv4 CIDR, since the mesh and all of its ranges are IPv4.`,
      );
      break;
    case "not canonical":
      report(path, `is ${show(text)}, which has bits set beyond its prefix: give "${read.canonical}".`);
      break;
    default:
      report(path, `is ${show(text)}: give an IPv4 CIDR such as "10.1.0.0/16".`);
  }
  return undefined;
}

/** Those of the ranges that can be read: what is wrong with the others is reported where they are given. */
export function readableRanges(texts: readonly (string | undefined)[]): Cidr[] {
  return texts.flatMap((text) => {
    const read = text === undefined ? undefined : readCidr(text);
    return read === undefined || "fault" in read ? [] : [read];
  });
}

/** What each cloud takes as a list of allowed ranges (EKS and AKS quotas, GKE authorized networks; 2026-11-20). */
const MOST_ALLOWED = { eks: 40, gke: 100, aks: 200, existing: 0 } as const;

/** The widest range that may be allowed: anything wider is not a list of those who work on the cluster. */
const WIDEST_ALLOWED = 8;

/** Who may reach a site's API. */
export function checkApiAccess(one: DraftSite, report: Report): void {
  const site = built(one);
  if (site?.apiAccess?.mode === undefined) return;
  const access = site.apiAccess;
  const at = [...one.path, "apiAccess"];
  if (access.mode === "dns" && site.kind !== "gke") {
    report([...at, "mode"], `is "dns", which only GKE has: give "private" or "allowlist" for kind "${site.kind}".`);
  }
  if (access.mode !== "allowlist") {
    if (access.cidrs !== undefined)
      report([...at, "cidrs"], `is used by mode "allowlist" only: remove it, or change the mode.`);
    return;
  }
  checkAllowlist(access, MOST_ALLOWED[site.kind], at, report);
}

function checkAllowlist(access: Draft<ApiAccess>, most: number, at: Path, report: Report): void {
  const path = [...at, "cidrs"];
  if (access.cidrs === undefined || access.cidrs.length === 0) {
    report(
      path,
      `${access.cidrs === undefined ? "is missing" : "is empty"}: give the public CIDRs that may reach the API, such as "203.0.113.0/24", or mode "private".`,
    );
    return;
  }
  if (access.cidrs.length > most) report(path, `has ${count(access.cidrs.length)} CIDRs: give at most ${most}.`);
  const seen = new Set<string>();
  access.cidrs.forEach((text, index) => {
    if (text === undefined) return;
    if (seen.has(text)) report([...path, index], `is "${text}" a second time: remove it.`);
    seen.add(text);
    const cidr = readRange(text, [...path, index], report);
    if (cidr !== undefined) checkAllowed(text, cidr, [...path, index], report);
  });
}

function checkAllowed(text: string, cidr: Cidr, path: Path, report: Report): void {
  if (cidr.prefix < WIDEST_ALLOWED) {
    const all = cidr.prefix === 0 ? "the whole Internet" : `${count(sizeOf(cidr.prefix))} addresses`;
    report(
      path,
      `is "${text}", ${all}: give the ranges of those who work on the cluster, /${WIDEST_ALLOWED} or longer.`,
    );
  } else if (isPrivate(cidr)) {
    report(
      path,
      `is "${text}", a private range, which never reaches a public endpoint: give public CIDRs, or mode "private".`,
    );
  } else {
    const reserved = reservedRange(cidr, "existing");
    if (reserved !== undefined) {
      report(path, `is "${text}", which touches ${reserved.cidr} of ${reserved.keeper}: give public CIDRs.`);
    }
  }
}
