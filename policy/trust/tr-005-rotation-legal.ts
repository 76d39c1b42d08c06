import { type RotationSubject, rotationProblems, type TrustRotation } from "pulumi-multisite/plan";
import type { TrustRule } from "./trustRule";

/** What a trust stack declares; a Fleet's own spec cannot be planned with an illegal rotation. */
export const rotationLegal: TrustRule = {
  name: "tr-005-rotation-legal",
  displayName: "A rotation is in a legal phase",
  description: "Exactly one root is active, one at most is next or retiring, and only sites of the fleet are named.",
  level: "mandatory",
  severity: "critical",
  remediation: "Change trust.rotation by `multisite trust rotate` only.",
  types: ["multisite:index:Trust"],
  judge: ({ props, name }) => {
    const plan = props.plan as { readonly rotation?: unknown; readonly sites?: unknown } | undefined;
    if (!isRotation(plan?.rotation) || !Array.isArray(plan.sites)) {
      return [`Trust ${name} does not say its rotation in plain values, so it proves nothing.`];
    }
    const { rotation } = plan;
    const names = [
      ...plan.sites.map((site: { site?: unknown } | null) => String(site?.site)),
      ...(rotation.expelled ?? []),
    ];
    const sites: RotationSubject["sites"] = names.map((site) => ({ name: site, state: "active" }));
    return rotationProblems({ rotation, sites });
  },
};

function isRotation(value: unknown): value is TrustRotation {
  const generations = (value as TrustRotation | null | undefined)?.generations;
  return Array.isArray(generations) && generations.every((one: unknown) => typeof one === "object" && one !== null);
}
