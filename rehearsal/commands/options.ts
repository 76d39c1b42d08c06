/** Options that every command on a program has, as the command line gives them. */
export interface CommonOptions {
  /** Kubernetes manifests, file, folder or `-`, that stand in for the program's demand. */
  workloads?: string;
  /** Sites that are lost together; empty: every loss is judged. */
  lose: string[];
  /** Where the report goes as JSON; `-` is standard output. */
  json?: string;
  /** Configuration of the program. */
  config: Record<string, string>;
  stack: string;
  /** Files with the states of other stacks, by the names under which the program refers to them. @default none */
  reference?: Record<string, string>;
}
