import type { PolicyPack, Violation } from "./analyzers";
import type { LogLine } from "./children";
import type { Diagnostic } from "./context";
import type { PendingOperations } from "./pending";
import type { Project } from "./project";
import type { ProviderSource } from "./provider";
import type { MissingStacks, OtherStacks } from "./references";
import type { SecretFilter } from "./secretFilter";
import type { ResourceState } from "./state";
import type { PlannedStep } from "./step";

/** Why a run failed: a resource, a policy, the program itself, something that cannot be rehearsed, or the user's stop. */
export type Failure = "resource" | "policy" | "program" | "refused" | "interrupted";

export interface RunOptions {
  project: Project;
  preview: boolean;
  sources: ProviderSource[];
  packs: Promise<PolicyPack[]>;
  previous: ResourceState[];
  pending: PendingOperations;
  /** What other stacks left, for the program's references to them. */
  stacks: OtherStacks;
  missingStacks: MissingStacks;
  filter: SecretFilter;
  skipTypeCheck: boolean;
  /** Packages whose resources are read again before the program runs. */
  refresh: readonly string[] | "all";
  /** A deletion that fails does not end the others. */
  continueOnError: boolean;
  signal: AbortSignal | undefined;
  /** It is about to be carried out. */
  onStep(step: PlannedStep): void;
  /** It is done, or has failed. */
  onStepEnd(step: PlannedStep): void;
  onDiagnostic(diagnostic: Diagnostic): void;
  /** What an operation waits for, until the next one; secrets are masked. */
  onStatus(urn: string, message: string): void;
  onViolation(violation: Violation): void;
  onLine(line: LogLine): void;
}
