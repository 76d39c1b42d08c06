import type { Field } from "./fields";
import type { Identity } from "./identity";
import { KEDA_MAXIMUM } from "./podSources";
import { isNotKnown } from "./unknown";

interface Scaler {
  readonly scaler: string;
  maximum: number;
  claimed: boolean;
}

/** The autoscalers of the manifests: whatever they scale runs at most so many pods, and at the peak as many. */
export class Scalers {
  private readonly byTarget = new Map<string, Scaler>();
  private readonly adrift: { readonly key: string; readonly object: Field }[] = [];

  /** Takes in an object, and says whether it was an autoscaler. */
  takeIn({ cluster, group, kind, namespace, name }: Identity, object: Field): boolean {
    const target = object.at("spec", "scaleTargetRef");
    if (group === "autoscaling" && kind === "HorizontalPodAutoscaler") {
      const maximum = object.at("spec", "maxReplicas");
      if (maximum.absent) maximum.problem("is missing: an autoscaler must say its maximum");
      this.add([cluster, namespace], target, `HorizontalPodAutoscaler ${name}`, maximum.whole(1));
    } else if (group === "keda.sh" && kind === "ScaledObject") {
      const maximum = object.at("spec", "maxReplicaCount");
      this.add(
        [cluster, namespace],
        target,
        `ScaledObject ${name}`,
        maximum.whole(1) ?? (maximum.absent ? KEDA_MAXIMUM : undefined),
      );
    } else return false;
    const key = targetKey(
      [cluster, namespace],
      target.at("kind").text() || "Deployment",
      target.at("name").text() ?? "",
    );
    if (isNotKnown(namespace)) this.adrift.push({ key, object });
    return true;
  }

  /** The maximum of the autoscalers of a workload, the largest where there are several. */
  maximumOf({ cluster, kind, namespace, name }: Identity): number | undefined {
    const scaler = this.byTarget.get(targetKey([cluster, namespace], kind, name));
    if (scaler !== undefined) scaler.claimed = true;
    return scaler?.maximum;
  }

  /** Autoscalers whose target was never asked for. Where that may be for what is not known, it is a problem. */
  unclaimed(): string[] {
    for (const { key, object } of this.adrift) {
      if (this.byTarget.get(key)?.claimed !== false) continue;
      object
        .at("metadata", "namespace")
        .problem("is not known before the update, so that what it scales is not either");
      this.byTarget.delete(key);
    }
    return [...this.byTarget.values()].filter((it) => !it.claimed).map((it) => it.scaler);
  }

  private add(scope: readonly string[], target: Field, scaler: string, maximum: number | undefined): void {
    const name = target.at("name").text();
    const kind = target.at("kind").text() || "Deployment";
    if (!name) target.at("name").problem("is missing: an autoscaler must name what it scales");
    else if (isNotKnown(name) || isNotKnown(kind))
      target.problem(
        "is not known before the update: give a literal name and kind, or have the name come from the resource",
      );
    if (!name || isNotKnown(name) || maximum === undefined) return;
    const key = targetKey(scope, kind, name);
    const known = this.byTarget.get(key);
    if (known === undefined) this.byTarget.set(key, { scaler, maximum, claimed: false });
    else known.maximum = Math.max(known.maximum, maximum);
  }
}

function targetKey(scope: readonly string[], kind: string, name: string): string {
  return JSON.stringify([...scope, kind, name]);
}
