import { certificatesFrom, certificatesOfSet } from "./offline";
import type { CertificatePlan, TrustPlan } from "./plan";

/** What a root is there for. */
export interface RootUse {
  /** What it signs, or will once it is the active root. */
  readonly signs: readonly CertificatePlan[];
  /** Whether the next root is on its way: what this one signed last is exchanged before it ends. */
  readonly isExchanged: boolean;
}

/** What the root of a generation is there for: one that retires signs nothing, and from the next one all sites will be issued. */
export function rootUse(plan: TrustPlan, generation: string): RootUse {
  const stateOf = (name: string) => plan.roots.find((root) => root.generation === name)?.state;
  const isNext = stateOf(generation) === "next";
  return {
    signs: isNext ? plan.sites.flatMap(certificatesOfSet) : certificatesFrom(plan, generation),
    isExchanged: !isNext && plan.roots.some(({ state }) => state === "next"),
  };
}
