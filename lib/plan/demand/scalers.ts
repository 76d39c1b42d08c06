import type { Field } from "./fields";
import type { Identity } from "./identity";
import { KEDA_MAXIMUM } from "./podSources";
import { isNotKnown } from "./unknown";

interface Scaler {
  readonly scaler: string;
  /** All of the same workload, but for those that one of them has made. */
  readonly acting: string[];
  maximum: number;
  claimed: boolean;
  /** Its namespace, where that is not known. */
  readonly adrift: Field | undefined;
}

/** The autoscalers of the manifests: whatever they scale runs at most so many pods, and at the peak as many. */
export class Scalers {
  private readonly byTarget = new Map<string, Scaler>();

  /** Takes in an object, and says whether it was an autoscaler. */
  takeIn(identity: Identity, object: Field): boolean {
    const { group, kind } = identity;
    if (group === "autoscaling" && kind === "HorizontalPodAutoscaler") {
      const maximum = object.at("spec", "maxReplicas");
      if (maximum.absent) maximum.problem("is missing: an autoscaler must say its maximum");
      this.add(identity, object, ordered(object.at("spec", "minReplicas"), maximum, maximum.whole(1)));
    } else if (group === "keda.sh" && kind === "ScaledObject") {
      const maximum = object.at("spec", "maxReplicaCount");
      const most = maximum.whole(1) ?? (maximum.absent ? KEDA_MAXIMUM : undefined);
      this.add(identity, object, ordered(object.at("spec", "minReplicaCount"), maximum, most));
    } else return false;
    return true;
  }

  /** Autoscalers of one workload, where there are several. */
  ambiguous(): string[] {
    return [...this.byTarget.values()].flatMap(({ acting }) => (acting.length > 1 ? [acting.join(" and ")] : []));
  }

  /** The maximum of the autoscalers of a workload, the largest where there are several. */
  maximumOf({ cluster, kind, namespace, name }: Identity): number | undefined {
    const scaler = this.byTarget.get(targetKey([cluster, namespace], kind, name));
    if (scaler !== undefined) scaler.claimed = true;
    return scaler?.maximum;
  }

  /** Autoscalers whose target was never asked for. Where that may be for what is not known, it is a problem. */
  unclaimed(): string[] {
    const unclaimed = [...this.byTarget.values()].filter((it) => !it.claimed);
    for (const { adrift } of unclaimed) {
      adrift?.problem("is not known before the update, so that what it scales is not either");
    }
    return unclaimed.filter(({ adrift }) => adrift === undefined).map((it) => it.scaler);
  }

  private add(identity: Identity, object: Field, maximum: number | undefined): void {
    const { cluster, namespace } = identity;
    const target = object.at("spec", "scaleTargetRef");
    const name = target.at("name").text();
    const kind = target.at("kind").text() || "Deployment";
    if (!name) target.at("name").problem("is missing: an autoscaler must name what it scales");
    else if (isNotKnown(name) || isNotKnown(kind))
      target.problem(
        "is not known before the update: give a literal name and kind, or have the name come from the resource",
      );
    if (!name || isNotKnown(name) || maximum === undefined) return;
    const key = targetKey([cluster, namespace], kind, name);
    const known = this.byTarget.get(key);
    const adrift = isNotKnown(namespace) ? object.at("metadata", "namespace") : undefined;
    const scaler = `${identity.kind} ${identity.name}`;
    // What KEDA makes for a ScaledObject is that one's.
    const acting = object.at("metadata", "ownerReferences").items().length > 0 ? [] : [scaler];
    if (known === undefined) this.byTarget.set(key, { scaler, acting, maximum, claimed: false, adrift });
    else {
      known.maximum = Math.max(known.maximum, maximum);
      known.acting.push(...acting);
    }
  }
}

/**
 * The maximum, once the minimum was held against it: an API server takes no larger one. Both kinds have defaults of it (1 and
 * 0) that no maximum is below.
 */
function ordered(minimum: Field, maximum: Field, most: number | undefined): number | undefined {
  const isKnown = typeof minimum.value !== "string" || !isNotKnown(minimum.value);
  const least = isKnown ? minimum.whole() : undefined;
  if (least !== undefined && most !== undefined && least > most) {
    const [name, value] = [maximum.path.at(-1), maximum.absent ? `${most}, its default` : String(most)];
    minimum.problem(`is ${least}, more than ${name}, which is ${value}: lower it, or raise ${name}`);
  }
  return most;
}

function targetKey(scope: readonly string[], kind: string, name: string): string {
  return JSON.stringify([...scope, kind, name]);
}
