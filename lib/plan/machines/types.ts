/** A cloud whose machine types the catalogue knows. */
export type Provider = "aws" | "gcp" | "azure";

/** One machine type, as much of it as decides what a node can carry. */
export interface Machine {
  readonly provider: Provider;
  /** Its name, as the provider's API spells it: `m6i.xlarge`, `n2-standard-8`, `Standard_D4s_v5`. */
  readonly type: string;
  /** vCPUs that the operating system sees. */
  readonly vcpus: number;
  /** Memory of the machine in MiB, before anything is reserved. */
  readonly memoryMiB: number;
  readonly architecture: "amd64" | "arm64";
  /** Whole accelerators by the resource name of their device plugin; `{}` for none. Partitions of a GPU count as none. */
  readonly extended: Readonly<Record<string, number>>;
  /**
   * The share of each vCPU that is always there, 0 to 1. Below 1 the type is burstable: the rest comes from credits
   * that run out together on all nodes of a pool, so it is never counted.
   */
  readonly baseline: number;
  /** AWS only: interfaces of the default network card, and IPv4 addresses on each. They set EKS's memory reservation. */
  readonly eni?: EniLimits;
  /**
   * `table`: the source lists this very type. `rule`: derived from the provider's naming rule and the smallest memory
   * per vCPU that the table has for such names, so it never promises more than the machine has.
   */
  readonly basis: "table" | "rule";
  /** Where the facts come from: package and version, or the page that states the rule. */
  readonly source: string;
  /** The day on which the source was read, `YYYY-MM-DD`. */
  readonly date: string;
}

/** What limits the pods of the VPC CNI, and what EKS's bootstrap sizes its memory reservation by. */
export interface EniLimits {
  readonly interfaces: number;
  readonly ipv4PerInterface: number;
}

/** What the catalogue is made of. */
export interface CatalogueFacts {
  readonly provider: Provider;
  /** How many types the table lists. Custom types and types by rule come on top. */
  readonly count: number;
  /** Packages and versions that the table was generated from. */
  readonly sources: readonly string[];
  /** The latest day on which a source was read, `YYYY-MM-DD`. */
  readonly date: string;
}
