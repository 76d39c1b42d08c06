import type { CheckRequest, CheckResult, DeleteRequest, ReadRequest, ReadResult } from "../../engine/provider";
import type { Settings } from "./settings";

/** How to get rid of what lies in a cluster that is no more. */
const FORGET =
  "you can remove this resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE " +
  'environment variable set to "true"';

/** Stands in for a cluster that cannot be reached, in the words of the real provider. */
export class Unreachable {
  constructor(
    private readonly reason: string,
    private readonly settings: Settings,
    private readonly report: (severity: "info" | "warning", urn: string, message: string) => void,
  ) {}

  private get why(): string {
    return `configured Kubernetes cluster is unreachable: ${this.reason}`;
  }

  /** What exists stays as it was, if the program says so. Undefined: the inputs are checked as ever. */
  check({ urn, olds }: CheckRequest): CheckResult | undefined {
    if (!this.settings.skipsUnreachable) return undefined;
    // A new resource has nothing that it could stay as.
    if (Object.keys(olds).length === 0) return undefined;
    const skipped = "Cluster is unreachable but skipUpdateUnreachable flag is set to true, skipping...";
    this.report("warning", urn, `${skipped} ${this.why}`);
    return { inputs: olds, failures: [] };
  }

  refuse(): never {
    throw new Error(this.why);
  }

  /** Charts have words of their own, and no switch that would forget a release. */
  refuseRelease(verb: "create" | "update" | "delete"): never {
    const reason = verb === "delete" ? `. Reason: ${JSON.stringify(this.reason)}` : `: ${this.reason}`;
    throw new Error(`can't ${verb} Helm Release with unreachable cluster${reason}`);
  }

  read({ urn, id, inputs, outputs }: ReadRequest): ReadResult {
    this.report("warning", urn, this.why);
    if (this.settings.forgetsUnreachable) {
      this.report("info", urn, forgotten(this.why));
      return { id: "", inputs: {}, outputs: {} };
    }
    if (this.settings.skipsUnreachable) return { id, inputs, outputs };
    throw new Error(`failed to read resource state due to unreachable cluster. If the cluster was deleted, ${FORGET}`);
  }

  remove({ urn }: DeleteRequest): void {
    this.report("warning", urn, this.why);
    if (!this.settings.forgetsUnreachable) {
      throw new Error(`configured Kubernetes cluster is unreachable. If the cluster was deleted, ${FORGET}`);
    }
    this.report("info", urn, forgotten(this.why));
  }
}

const forgotten = (why: string): string =>
  `${why} and the \`deleteUnreachable\` option is enabled. Deleting the unreachable resource from Pulumi state`;
