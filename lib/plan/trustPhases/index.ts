/** Rotation of the fleet's roots as data: where it stands, which steps are legal, and by what they are held up. */
export { type CompromisedPlan, compromisedPlan } from "./compromised";
export { generationNameProblem, rotationProblems, withExpelled } from "./data";
export { type Expulsion, expulsion, withoutExpelled } from "./expel";
export * from "./facts";
export type { Gate } from "./gates";
export * from "./record";
export { lateRenewal, NEVER_RENEWED, type RenewedCertificate } from "./renewal";
export * from "./rotation";
export {
  following,
  type LegalSteps,
  legalSteps,
  peeringGates,
  type StepKind,
  type StepOptions,
  type TrustStep,
} from "./steps";
