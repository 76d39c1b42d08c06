import type { DiffRequest } from "../../engine/provider";
import { job } from "./awaits/workloads";
import { readCheckpoint } from "./checkpoint";
import type { Connection } from "./connection";
import { annotation, nameOf, toObject } from "./objects";

/**
 * What the annotation `pulumi.com/replaceUnready` adds to the reasons for a replacement: a Job that has not succeeded, as its
 * cluster has it right now, is made anew; without it the next run would wait for the old one. Of other kinds the real
 * provider only says that it cannot. Source: pulumi-kubernetes provider/pkg/provider/provider.go `Diff`.
 */
export async function unreadyReplaces(
  { news, oldOutputs, urn }: DiffRequest,
  connection: Connection | undefined,
  warn: (urn: string, message: string) => void,
): Promise<string[]> {
  const inputs = toObject(news);
  if (annotation(inputs, "replaceUnready") !== "true") return [];
  if (connection === undefined) {
    warn(urn, "Cluster is unreachable, skipping replaceUnready check");
    return [];
  }
  if (inputs.kind !== "Job") {
    warn(urn, "replaceUnready annotation is not supported for this resource");
    return [];
  }
  const old = readCheckpoint(oldOutputs).live;
  // Whoever cannot be asked is not replaced.
  const live = await connection.get(old, nameOf(old)).catch(() => undefined);
  if (live === undefined) return [];
  const { isReady } = job.judge({ live, before: undefined, related: () => [], quietSeconds: 0 });
  return isReady ? [] : ['.metadata.annotations["pulumi.com/replaceUnready"]'];
}
