import { type RotationSubject, rotationProblems, type TrustRotation } from "pulumi-multisite/plan";
import { at, shown } from "../props";
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
    const [rotation, declared] = [at(props, "plan", "rotation"), at(props, "plan", "sites")];
    if (!isRotation(rotation) || !Array.isArray(declared)) {
      return [`Trust ${name} does not say its rotation in plain values, so it proves nothing.`];
    }
    const names = [...declared.map((site) => shown(at(site, "site"))), ...(rotation.expelled ?? [])];
    const sites: RotationSubject["sites"] = names.map((site) => ({ name: site, state: "active" }));
    return rotationProblems({ rotation, sites });
  },
};

/** Whether all that a rotation says is plain: what is not known yet is in no legal phase, nor in an illegal one. */
function isRotation(value: unknown): value is TrustRotation {
  const generations = at(value, "generations");
  const lists = ["expelled", "issuedByNext"].map((name) => at(value, name));
  return (
    Array.isArray(generations) &&
    generations.every((one: unknown) => typeof at(one, "name") === "string") &&
    lists.every((list) => list === undefined || (Array.isArray(list) && list.every((one) => typeof one === "string")))
  );
}
