/**
 * The rehearsal's deployment engine: runs an unmodified Pulumi program and its policy packs over the SDK's own protocol,
 * with providers that are simulated or plugin folders.
 */
export type { PolicyPackOptions, Violation } from "./analyzers";
export type { LogLine } from "./children";
export type { Diagnostic, Severity } from "./context";
export type { EnforcementLevel } from "./policyConfig";
export type { Failure } from "./runOptions";
export {
  openSession,
  type ResourceView,
  type RunResult,
  resourcesOf,
  resourceView,
  type Session,
  type SessionEvent,
  type SessionOptions,
} from "./session";
export { type Deployment, DeploymentCodec, type DeploymentResource } from "./snapshot";
export type { ResourceState } from "./state";
export { loadDeployment, saveDeployment } from "./stateFile";
export type { Operation, Step } from "./step";
