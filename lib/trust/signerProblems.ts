import { certificatesOfAny } from "../plan/trust/offline";
import type { TrustPlan } from "../plan/trust/plan";
import { rootUse } from "../plan/trust/rootUse";
import type { RootKeeper } from "../plan/trust/spec";
import type { SignerFactory } from "./rootSigner";

/** How a signer is given, by where the root's key is. */
const FACTORIES: Readonly<Record<Exclude<RootKeeper, "state">, string>> = {
  supplied: 'suppliedSigner({ certificate, key }) of "pulumi-multisite/trust"',
  offline: 'offlineSigner({ root, certificates }) of "pulumi-multisite/trust"',
  awsPrivateCa: 'awsPrivateCa() of "pulumi-multisite/aws"',
  googleCas: 'googleCas() of "pulumi-multisite/gcp"',
};

/** What is wrong with the signers of a trust, before anything is made. */
export function signerProblems(
  plan: TrustPlan,
  signers: { readonly [generation: string]: SignerFactory } = {},
): string[] {
  const missing = plan.roots.flatMap(({ generation, keeper }) =>
    keeper === "state" || Object.hasOwn(signers, generation)
      ? []
      : [`signers.${generation} is missing: the root's keeper is "${keeper}", so give ${FACTORIES[keeper]}.`],
  );
  const wrong = Object.entries(signers).flatMap(([generation, factory]) => {
    const root = plan.roots.find((one) => one.generation === generation);
    // It may be of a root that is yet to come, or gone: what is missing of those that are listed is said above.
    if (root === undefined) return [];
    if (root.keeper === "state") {
      return [
        `signers.${generation} is given, and the root's keeper is "state": set trust.roots.${generation}.keeper.`,
      ];
    }
    const problems =
      factory.problems?.(generation, certificatesOfAny(plan, generation), rootUse(plan, generation)) ?? [];
    return problems.map((problem) => `signers.${generation}.${problem}`);
  });
  return [...missing, ...wrong];
}

/** What is to be known of what signers were given, though it holds nothing up. */
export function signerWarnings(
  plan: TrustPlan,
  signers: { readonly [generation: string]: SignerFactory } = {},
): string[] {
  return Object.entries(signers).flatMap(
    ([generation, factory]) => factory.warnings?.(generation, certificatesOfAny(plan, generation)) ?? [],
  );
}
