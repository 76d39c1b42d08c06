import type { PolicyPack } from "./analyzers";
import type { ProviderRegistry } from "./providers";
import type { ResourceState } from "./state";

/** The error was reported already; only the run has to end. */
export class Bail extends Error {
  constructor(message = "already reported") {
    super(message);
    this.name = "Bail";
  }
}

/** A request that says what no resource can be. The program is told so, with this status of gRPC. */
export class InvalidArgument extends Error {}

export type Severity = "error" | "warning" | "info" | "debug";

/** One message about a resource, or about the run when the URN is empty. */
export interface Diagnostic {
  severity: Severity;
  urn: string;
  message: string;
}

/** What the parts of a run share. */
export interface RunContext {
  readonly preview: boolean;
  readonly stack: string;
  readonly project: string;
  /** The resources before the run, dependencies first. */
  readonly previous: ResourceState[];
  /** The same by URN, without those that wait for their deletion. */
  readonly olds: Map<string, ResourceState>;
  /** The resources that this run has made or kept, in the order in which they were. */
  readonly news: Map<string, ResourceState>;
  readonly registry: ProviderRegistry;
  readonly packs: Promise<PolicyPack[]>;
  /** Adds a message to the result. */
  report(severity: Severity, urn: string, message: string): void;
  /** Makes the run fail at its end, while it goes on to find other problems. */
  failLater(): void;
  /** Adds what a policy found. A mandatory finding makes the run fail. */
  violated(found: {
    policy: string;
    pack: string;
    level: "advisory" | "mandatory" | "disabled" | "remediate";
    urn: string;
    message: string;
  }): void;
}
