import type { Problem } from "../../lib/plan/problems";
import type { RunResult } from "../engine";

type Preview = Pick<RunResult, "resources" | "steps">;

const TRUST = "multisite:index:Trust";
const SIGNED = "tls:index/locallySignedCert:LocallySignedCert";

/**
 * Roots whose certificate is another than the one that certificates of the state are signed by, which no spec tells: a supplied
 * one is an argument of its own.
 */
export function replacedRoots({ resources, steps }: Preview): Problem[] {
  const trusts = new Set(resources.filter(({ type }) => type === TRUST).map(({ urn }) => urn));
  const signed = steps.filter(
    ({ op, type, parent = "", replaceKeys = [] }) =>
      op === "replace" && type === SIGNED && trusts.has(parent) && replaceKeys.includes("caCertPem"),
  );
  const plans = resources.filter(({ urn }) => trusts.has(urn)).map(({ inputs }) => inputs.plan as TrustShape);
  const generations = plans.flatMap(({ roots, sites }) =>
    roots.flatMap(({ generation }) => {
      const holders = sites
        .map(({ site }) => site)
        .filter((site) => signed.some(({ name }) => name.startsWith(`${site}-${generation}-`)));
      return holders.length > 0 ? [{ generation, holders }] : [];
    }),
  );
  return generations.map(({ generation, holders }) => ({
    path: `trust.roots.${generation}`,
    message:
      `is another certificate than the one by which ${holders.join(", ")} ${holders.length === 1 ? "is" : "are"} issued, and all would be ` +
      "given it at once: supply the old one, and the new one under a name of its own, by multisite trust rotate --to NAME.",
  }));
}

/** What is read of a trust's plan. */
interface TrustShape {
  readonly roots: readonly { readonly generation: string }[];
  readonly sites: readonly { readonly site: string }[];
}
