import type { Problem } from "../plan/problems";
import type { FleetSpec } from "../plan/spec";
import type { TrustPlan } from "../plan/trust/plan";
import type { TrustSource } from "./material";

/** What is wrong with a fleet's source of trust, beside a spec that may be anything. */
export function trustProblems(spec: unknown, source: unknown): Problem[] {
  const asked = (spec as Partial<FleetSpec> | null | undefined)?.trust !== undefined;
  if (asked && typeof source !== "function") {
    const message =
      'is missing: the spec has a trust. Give builtTrust() of "pulumi-multisite/trust", or deliveredTrust(...) to read what ' +
      "a trust stack left";
    return [{ path: "trust", message }];
  }
  if (asked || source === undefined) return [];
  return [{ path: "trust", message: "is given, and the spec has no trust: add spec.trust, or remove it" }];
}

/** What a source of trust itself finds wrong with the plan that it is to fill. */
export function sourceProblems(plan: TrustPlan | undefined, source: TrustSource | undefined): Problem[] {
  if (plan === undefined || typeof source !== "function") return [];
  return (source.problems?.(plan) ?? []).map((message) => ({ path: "trust", message }));
}
