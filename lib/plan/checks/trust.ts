import type { FleetSpec } from "../spec";
import { lifetimesOf, MOST_LEAF_DAYS } from "../trust/lifetimes";
import type { TrustSpec } from "../trust/spec";
import { rotationProblems } from "../trustPhases";
import type { TrustRotation } from "../trustPhases/rotation";
import type { DraftSite } from "./sites";
import type { Draft } from "./structure";
import { checkDelivery } from "./trustDelivery";
import { checkRoots } from "./trustRoots";
import { type Report, show } from "./wording";

/** What of a trust needs more than one value to judge. */
export function checkTrust(spec: Draft<FleetSpec>, sites: readonly DraftSite[], report: Report): void {
  const { trust } = spec;
  if (trust === undefined) return;
  checkRotation(spec, sites, report);
  checkRoots(spec, sites, report);
  checkDelivery(spec, sites, report);
  checkSigners(trust.signers ?? [], report);
  checkLifetimes(trust, report);
}

function checkRotation({ trust, retired }: Draft<FleetSpec>, sites: readonly DraftSite[], report: Report): void {
  const rotation = wholeRotation(trust?.rotation);
  if (rotation === undefined) return;
  const subject = {
    rotation,
    retired: retired?.length ?? 0,
    sites: sites.flatMap(({ site: { name, state } }) =>
      name === undefined ? [] : [{ name, state: state ?? ("active" as const) }],
    ),
  };
  // Each problem begins with its field, which is the last part of the path here.
  for (const problem of rotationProblems(subject)) {
    const [, field, rest] = /^([a-zA-Z]+):? (.+)$/s.exec(problem) ?? [];
    const isField = field !== undefined && Object.hasOwn(FIELDS, field);
    report(["trust", "rotation", ...(isField ? [field] : [])], isField ? rest! : problem);
  }
}

const FIELDS = { generations: 1, issuedByNext: 1, nextWasIssued: 1, expelled: 1 } as const;

/** Undefined where the structure's own problems already hide what the rotation says. */
function wholeRotation(draft: Draft<TrustSpec>["rotation"]): TrustRotation | undefined {
  const generations = draft?.generations ?? [];
  const isWhole =
    draft?.revision !== undefined &&
    generations.every((one) => one?.name !== undefined && one.state !== undefined) &&
    [...(draft.issuedByNext ?? []), ...(draft.expelled ?? [])].every((site) => site !== undefined);
  return isWhole && draft.generations !== undefined ? (draft as TrustRotation) : undefined;
}

function checkSigners(signers: readonly (string | undefined)[], report: Report): void {
  signers.forEach((signer, index) => {
    if (signer !== undefined && signers.indexOf(signer) < index) {
      report(["trust", "signers", index], `is ${show(signer)}, which is listed already: remove it.`);
    }
  });
}

function checkLifetimes({ lifetimes = {} }: Draft<TrustSpec>, report: Report): void {
  const { rootDays, intermediateDays, intermediateRenewalDays, leafDays, leafRenewalDays, workloadHours } = lifetimesOf(
    lifetimes as TrustSpec["lifetimes"],
  );
  const within = (field: string, value: number, limit: number, why: string, unit = "days") => {
    if (value >= limit) report(["trust", "lifetimes", field], `is ${value} ${unit}: give fewer than ${limit}, ${why}.`);
  };
  const always = "or it would be renewed in every run";
  within("leafRenewalDays", leafRenewalDays, leafDays, `the days of a leaf (leafDays), ${always}`);
  within(
    "intermediateRenewalDays",
    intermediateRenewalDays,
    intermediateDays,
    `the days of an intermediate (intermediateDays), ${always}`,
  );
  within(
    "workloadHours",
    workloadHours,
    intermediateRenewalDays * 24,
    "the hours that are left of an intermediate when it is renewed (intermediateRenewalDays)",
    "hours",
  );
  // The last of the staggered ones lives this much longer, whatever its site's number.
  const longest = MOST_LEAF_DAYS - leafDays;
  within("intermediateDays", intermediateDays, rootDays - longest, "since a child may not outlive its root");
  within("leafDays", leafDays + longest, rootDays + 1, "since a child may not outlive its root");
}
