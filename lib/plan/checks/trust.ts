import type { FleetSpec } from "../spec";
import { lifetimesOf, MOST_LEAF_DAYS } from "../trust/lifetimes";
import type { DeliverySpec, RootSpec, TrustSpec } from "../trust/spec";
import { FIRST_ROTATION } from "../trust/trustPlan";
import { rotationProblems } from "../trustPhases";
import type { TrustRotation } from "../trustPhases/rotation";
import type { DraftSite } from "./sites";
import type { Draft } from "./structure";
import { oneOf, type Report, show } from "./wording";

/** What of a trust needs more than one value to judge. */
export function checkTrust({ trust }: Draft<FleetSpec>, sites: readonly DraftSite[], report: Report): void {
  if (trust === undefined) return;
  checkRotation(trust.rotation, sites, report);
  checkRoots(trust, report);
  checkDelivery(trust.delivery, sites, report);
  checkSigners(trust.signers ?? [], report);
  checkLifetimes(trust, report);
}

function checkRotation(draft: Draft<TrustSpec>["rotation"], sites: readonly DraftSite[], report: Report): void {
  const rotation = wholeRotation(draft);
  if (rotation === undefined) return;
  const subject = {
    rotation,
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

/** Which property says where a root is, by its keeper. */
const PLACES = { awsPrivateCa: "authorityArn", googleCas: "caPool" } as const satisfies Record<string, keyof RootSpec>;

function checkRoots({ roots, rotation }: Draft<TrustSpec>, report: Report): void {
  const known = (rotation?.generations ?? FIRST_ROTATION.generations).flatMap((one) => one?.name ?? []);
  for (const [generation, root] of Object.entries(roots ?? {})) {
    const path = ["trust", "roots", generation];
    if (!known.includes(generation)) {
      report(path, `names no root of the rotation (${known.join(", ")}): remove it, or list the root as next first.`);
    }
    for (const [keeper, place] of Object.entries(PLACES)) {
      if (root?.keeper === keeper && root[place] === undefined) {
        report([...path, place], `is missing: a root with keeper ${show(keeper)} is found by it.`);
      }
      if (root?.keeper !== undefined && root.keeper !== keeper && root[place] !== undefined) {
        report(
          [...path, place],
          `is only for keeper ${show(keeper)}, and this root's is ${show(root.keeper)}: remove it.`,
        );
      }
    }
  }
}

function checkDelivery(delivery: Draft<DeliverySpec> | undefined, sites: readonly DraftSite[], report: Report): void {
  const path = ["trust", "delivery", "store"];
  const store = delivery?.store;
  if (delivery?.by === "stackReference" && store !== undefined) {
    report(path, `is only for delivery by "secretStore": remove it, or set by.`);
  }
  if (delivery?.by === "secretStore" && store === undefined)
    report(path, "is missing: say where each site's secret is.");
  if (store === undefined) return;
  if (store.kind === "azureKeyVault" && store.vault === undefined) {
    report([...path, "vault"], "is missing: give the name of the key vault.");
  }
  const names = sites.flatMap(({ site }) => site.name ?? []);
  const readers = Object.entries(store.readers ?? {});
  for (const name of names.filter((one) => !readers.some(([site]) => site === one))) {
    report([...path, "readers", name], `is missing: nobody could read the entry of site ${show(name)}.`);
  }
  for (const [site, reader] of readers) {
    if (!names.includes(site)) report([...path, "readers", site], `names no site; the sites are ${oneOf(names)}.`);
    const first = readers.find(([, other]) => other === reader)?.[0];
    if (first !== site) {
      report(
        [...path, "readers", site],
        `is ${show(reader)}, which reads ${first}'s entry too: give each site an identity of its own.`,
      );
    }
  }
  for (const { site } of sites) {
    if (site.region !== store.region) continue;
    report(
      [...path, "region"],
      `is ${show(store.region)}, the region of site ${show(site.name)}, whose loss it must survive: choose another.`,
    );
  }
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
