import type { Problem } from "../../lib/plan/problems";
import type { RootPrints } from "../../lib/plan/trust/bundle";
import type { TrustPlan } from "../../lib/plan/trust/plan";
import type { RunResult } from "../engine";

type Preview = Pick<RunResult, "resources" | "steps">;

/** A resource as a state and a run have it. */
interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly inputs?: unknown;
  readonly outputs?: unknown;
}

/** A trust, as it was built or is to be. */
interface BuiltTrust {
  readonly plan: TrustPlan;
  /** By generation; without those that are not known yet, and empty in what earlier versions of this library built. */
  readonly roots: { readonly [generation: string]: RootPrints };
}

/** A trust that is in the state and in the program. */
export interface KeptTrust {
  readonly before: BuiltTrust;
  readonly after: BuiltTrust;
}

const TRUST = "multisite:index:Trust";
const SIGNED = "tls:index/locallySignedCert:LocallySignedCert";

/** The trusts of a program that its state has too. */
export function keptTrusts(before: readonly Resource[], after: readonly Resource[]): KeptTrust[] {
  const old = new Map(builtTrusts(before));
  return builtTrusts(after).flatMap(([urn, one]) => {
    const was = old.get(urn);
    return was === undefined ? [] : [{ before: was, after: one }];
  });
}

function builtTrusts(resources: readonly Resource[]): [urn: string, trust: BuiltTrust][] {
  return resources.flatMap(({ urn, type, inputs, outputs }): [string, BuiltTrust][] => {
    if (type !== TRUST) return [];
    const { plan } = (inputs ?? {}) as { readonly plan?: TrustPlan };
    const { roots = {} } = (outputs ?? {}) as { readonly roots?: { readonly [generation: string]: unknown } };
    // What other versions of this library have written there is not judged.
    if (!Array.isArray(plan?.sites) || !Array.isArray(plan.roots)) return [];
    return [[urn, { plan, roots: Object.fromEntries(Object.entries(roots).filter(isKnown)) }]];
  });
}

function isKnown(entry: [generation: string, prints: unknown]): entry is [string, RootPrints] {
  return typeof (entry[1] as Partial<RootPrints> | undefined)?.certificate === "string";
}

/**
 * Roots that are others than their names or their keys say, which no spec tells: a certificate that a team brings is an argument
 * of its own.
 */
export function replacedRoots(kept: readonly KeptTrust[], preview: Preview): Problem[] {
  const generations = [...kept.flatMap(otherUnderName), ...signedByOther(preview)];
  const named = generations.filter(
    ({ generation }, index) => generations.findIndex((one) => one.generation === generation) === index,
  );
  return [...named.map(replacedProblem), ...kept.flatMap(sameKeyProblems)];
}

/** A generation whose root is another one than before, and the sites that are issued from it. */
interface Replaced {
  readonly generation: string;
  readonly holders: readonly string[];
}

function replacedProblem({ generation, holders }: Replaced): Problem {
  const holds = holders.length === 1 ? "is" : "are";
  const old = holders.length === 0 ? "that sites trust by its name" : `by which ${holders.join(", ")} ${holds} issued`;
  return {
    path: `trust.roots.${generation}`,
    message:
      `is another certificate than the one ${old}, and all would be given it at once: supply the old one, and the new one under a ` +
      "name of its own, by multisite trust rotate --to NAME.",
  };
}

/** By what a trust says of its roots, whoever keeps them. */
function otherUnderName({ before, after }: KeptTrust): Replaced[] {
  return Object.entries(after.roots).flatMap(([generation, { certificate }]) => {
    const was = before.roots[generation];
    if (was === undefined || was.certificate === certificate) return [];
    return [{ generation, holders: before.plan.sites.filter((one) => one.generation === generation).map(siteOf) }];
  });
}

/** By the certificates that the state says are signed by another one. */
function signedByOther({ resources, steps }: Preview): Replaced[] {
  const trusts = new Set(resources.filter(({ type }) => type === TRUST).map(({ urn }) => urn));
  const signed = steps.filter(
    ({ op, type, parent = "", replaceKeys = [] }) =>
      op === "replace" && type === SIGNED && trusts.has(parent) && replaceKeys.includes("caCertPem"),
  );
  return builtTrusts(resources).flatMap(([, { plan }]) =>
    plan.roots.flatMap(({ generation }) => {
      const holders = plan.sites
        .map(siteOf)
        .filter((site) => signed.some(({ name }) => name.startsWith(`${site}-${generation}-`)));
      return holders.length > 0 ? [{ generation, holders }] : [];
    }),
  );
}

function siteOf({ site }: TrustPlan["sites"][number]): string {
  return site;
}

/** Whoever has the old key signs for the new root too. */
function sameKeyProblems({ before, after }: KeptTrust): Problem[] {
  return Object.entries(after.roots).flatMap(([generation, { key }]) => {
    const [other] = Object.entries(before.roots).find(([name, was]) => name !== generation && was.key === key) ?? [];
    if (other === undefined) return [];
    const message = `is of the same key as ${other}, by which sites were issued before: make the new root with a key of its own.`;
    return [{ path: `trust.roots.${generation}`, message }];
  });
}
