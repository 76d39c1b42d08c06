import { partition } from "../awsPartition";
import type { SiteSpec } from "../spec";
import { DEFAULT_KUBERNETES_VERSION, KUBERNETES_VERSIONS } from "../versions";
import { built, type DraftBuilt, type DraftSite } from "./sites";
import type { Draft } from "./structure";
import { oneOf, type Path, type Report } from "./wording";

/** Retention periods that CloudWatch Logs takes (PutRetentionPolicy API reference, 2026-11-20). */
const CLOUDWATCH_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** What a kind of cluster asks beyond its own properties' bounds. */
export function checkKinds(sites: readonly DraftSite[], report: Report): void {
  for (const one of sites) {
    const { path } = one;
    const site = built(one);
    if (site === undefined) continue;
    checkVersion(site.kubernetesVersion, [...path, "kubernetesVersion"], report);
    checkAuditDays(site, [...path, "auditLogDays"], report);
    if (site.kind === "eks") checkEks(site, path, report);
    if (site.kind === "aks") checkAks(site, path, report);
  }
  checkSkew(sites, report);
}

function checkVersion(version: string | undefined, path: Path, report: Report): void {
  if (version === undefined || KUBERNETES_VERSIONS.includes(version)) return;
  report(path, `is "${version}": give ${oneOf(KUBERNETES_VERSIONS)}, which the fleet's Cilium is tested with.`);
}

/** Sites are upgraded one after the other, so at any time their versions are at most one minor apart. */
function checkSkew(sites: readonly DraftSite[], report: Report): void {
  const known = sites.flatMap((one) => {
    const site = built(one);
    if (site === undefined) return [];
    const minor = KUBERNETES_VERSIONS.indexOf(site.kubernetesVersion ?? DEFAULT_KUBERNETES_VERSION);
    return minor < 0 ? [] : [{ minor, path: one.path, called: one.called }];
  });
  const newest = known.reduce(
    (best, one) => (one.minor > best.minor ? one : best),
    known[0] ?? { minor: 0, called: "" },
  );
  for (const one of known) {
    if (newest.minor - one.minor <= 1) continue;
    report(
      [...one.path, "kubernetesVersion"],
      `is "${KUBERNETES_VERSIONS[one.minor]}", ${newest.minor - one.minor} minor versions behind site ${newest.called} ` +
        `("${KUBERNETES_VERSIONS[newest.minor]}"): give "${KUBERNETES_VERSIONS[newest.minor - 1]}" or newer, sites differ by at most one.`,
    );
  }
}

function checkAuditDays(site: DraftBuilt, path: Path, report: Report): void {
  if (site.auditLogDays === undefined) return;
  const days = site.auditLogDays;
  if (site.kind === "eks" && !CLOUDWATCH_DAYS.includes(days)) {
    const below = CLOUDWATCH_DAYS.filter((one) => one < days).at(-1);
    const above = CLOUDWATCH_DAYS.find((one) => one > days);
    report(
      path,
      `is ${days}, no retention that CloudWatch Logs has: give ${[below, above].filter(Boolean).join(" or ")}.`,
    );
  }
  if (site.kind === "aks" && (days < 30 || days > 730)) {
    report(path, `is ${days}: give 30 to 730, the interactive retention of a Log Analytics workspace.`);
  }
  if (site.kind === "gke" && days > 3650) report(path, `is ${days}: give 1 to 3650, as Cloud Logging's buckets have.`);
}

function checkEks(site: Draft<Extract<SiteSpec, { kind: "eks" }>>, path: Path, report: Report): void {
  repeated(site.administrators, [...path, "administrators"], report);
  checkPartition(site, path, report);
  const role = site.roleArn === undefined ? undefined : /^arn:[^:]+:iam::(\d{12}):role\//.exec(site.roleArn);
  if (site.roleArn !== undefined && role === null) {
    report([...path, "roleArn"], `is "${site.roleArn}": give the ARN of a role, "arn:aws:iam::...:role/...".`);
  } else if (role && site.account !== undefined && role[1] !== site.account) {
    report(
      [...path, "roleArn"],
      `is of account ${role[1]}, but the site is in ${site.account}: give a role of that account.`,
    );
  }
  for (const part of ["privateSubnetIds", "loadBalancerSubnetIds"] as const) {
    const ids = site.network?.[part];
    if (ids === undefined) continue;
    repeated(ids, [...path, "network", part], report);
    if (ids.length < 2) {
      report([...path, "network", part], `has ${ids.length}: give at least 2 subnets, each in a zone of its own.`);
    }
  }
}

/** Nobody of another partition of AWS is known in this one. */
function checkPartition(site: Draft<Extract<SiteSpec, { kind: "eks" }>>, path: Path, report: Report): void {
  if (site.region === undefined) return;
  const own = partition(site.region);
  for (const [index, arn] of (site.administrators ?? []).entries()) {
    if (arn === undefined || arn.split(":")[1] === own) continue;
    report(
      [...path, "administrators", index],
      `is "${arn}", of another partition than ${site.region}: give one that begins with "arn:${own}:".`,
    );
  }
}

function checkAks(site: Draft<Extract<SiteSpec, { kind: "aks" }>>, path: Path, report: Report): void {
  const at = [...path, "administrators"];
  repeated(site.administrators, at, report);
  if (site.administrators?.length === 0) {
    report(
      at,
      `is empty: local accounts are off, so give the object id of at least one Entra group, or nobody can enter.`,
    );
  }
  if (site.network?.subnetId !== undefined && site.network.subnetId === site.network.loadBalancerSubnetId) {
    report(
      [...path, "network", "loadBalancerSubnetId"],
      `is the nodes' subnet: give one that only load balancers use.`,
    );
  }
}

function repeated(list: readonly (string | undefined)[] | undefined, path: Path, report: Report): void {
  const seen = new Set<string>();
  (list ?? []).forEach((one, index) => {
    if (one === undefined) return;
    if (seen.has(one)) report([...path, index], `is "${one}" a second time: remove it.`);
    seen.add(one);
  });
}
