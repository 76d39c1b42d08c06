import type { FleetSpec } from "../spec";
import { casPlace } from "../trust/googleCas";
import { unsaidKeepers } from "../trust/keepers";
import { privateCaPlace } from "../trust/privateCa";
import type { RootSpec, TrustSpec } from "../trust/spec";
import { FIRST_ROTATION } from "../trust/trustPlan";
import { checkOutside } from "./outside";
import type { DraftSite } from "./sites";
import type { Draft } from "./structure";
import { type Path, type Report, show } from "./wording";

/** Which properties say where a root is, by its keeper. */
const PLACES = {
  awsPrivateCa: ["authorityArn", "account", "region"],
  googleCas: ["caPool", "authority"],
} as const satisfies Partial<Record<RootSpec["keeper"], readonly (keyof RootSpec)[]>>;

/** Where the keys of roots are. */
export function checkRoots(spec: Draft<FleetSpec>, sites: readonly DraftSite[], report: Report): void {
  const { roots = {}, rotation } = spec.trust as Draft<TrustSpec>;
  const known = (rotation?.generations ?? FIRST_ROTATION.generations).flatMap((one) => one?.name ?? []);
  for (const { generation, beside, keeper } of unsaidKeepers(known, roots)) {
    report(
      ["trust", "roots", generation],
      `is missing, and ${beside} is kept by ${show(keeper)}: say where the key of ${generation} is, { keeper: "state" } for the trust stack's state.`,
    );
  }
  // Entries of roots that are yet to come, or gone, may stand: a rotation changes one file at a time.
  for (const [generation, root] of Object.entries(roots)) {
    const path = ["trust", "roots", generation];
    if (root === undefined) continue;
    checkForeign(root, path, report);
    if (root.keeper === "awsPrivateCa") checkPrivateCa(root, path, spec, sites, report);
    if (root.keeper === "googleCas") checkCas(root, path, spec, sites, report);
  }
  checkPools(roots, report);
}

function checkForeign(root: Draft<RootSpec>, path: Path, report: Report): void {
  for (const [keeper, places] of Object.entries(PLACES)) {
    for (const place of places) {
      if (root.keeper === undefined || root.keeper === keeper || root[place] === undefined) continue;
      report(
        [...path, place],
        `is only for keeper ${show(keeper)}, and this root's is ${show(root.keeper)}: remove it.`,
      );
    }
  }
}

function checkPrivateCa(
  root: Draft<RootSpec>,
  path: Path,
  spec: Draft<FleetSpec>,
  sites: readonly DraftSite[],
  report: Report,
): void {
  const { authorityArn, account, region } = root;
  if (authorityArn === undefined && account === undefined && region === undefined) {
    report(
      [...path, "authorityArn"],
      `is missing: give that of an authority, or account and region in which to make one.`,
    );
    return;
  }
  for (const [name, value] of Object.entries({ account, region })) {
    if (authorityArn !== undefined && value !== undefined) {
      report([...path, name], `is only for an authority that is made, and authorityArn names one: remove it.`);
    } else if (authorityArn === undefined && value === undefined) {
      report([...path, name], `is missing: the authority is made there.`);
    }
  }
  const place = privateCaPlace(root as RootSpec);
  const field = authorityArn === undefined ? "region" : "authorityArn";
  if (place.region !== "")
    checkOutside({ provider: "aws", region: place.region }, spec, sites, [...path, field], report);
}

function checkCas(
  root: Draft<RootSpec>,
  path: Path,
  spec: Draft<FleetSpec>,
  sites: readonly DraftSite[],
  report: Report,
): void {
  if (root.caPool === undefined) {
    report([...path, "caPool"], `is missing: a root with keeper "googleCas" is found by it.`);
    return;
  }
  const { location } = casPlace(root as RootSpec);
  checkOutside({ provider: "gcp", region: location }, spec, sites, [...path, "caPool"], report);
}

/** A pool is made by the first root that names no authority in it, and cannot be made twice. */
function checkPools(roots: { readonly [generation: string]: Draft<RootSpec> | undefined }, report: Report): void {
  const first = new Map<string, string>();
  for (const [generation, root] of Object.entries(roots)) {
    if (root?.caPool === undefined || root.authority !== undefined) continue;
    const other = first.get(root.caPool);
    if (other === undefined) first.set(root.caPool, generation);
    else {
      report(
        ["trust", "roots", generation, "caPool"],
        `is that of root ${other}, which makes it: give a pool of its own, or the authority that exists in it.`,
      );
    }
  }
}
