import { setTimeout as sleep } from "node:timers/promises";
import type { ProviderReport } from "../../../engine/provider";
import { isNotFound } from "../apiError";
import type { Connection } from "../connection";
import { annotation, type KubeObject, listAt, nameOf, namespaceOf, textAt, uidOf } from "../objects";
import { deployment } from "./deployment";
import { ingress, service } from "./network";
import {
  definition,
  persistentVolume,
  persistentVolumeClaim,
  replicationController,
  resourceQuota,
  secret,
} from "./others";
import { pod } from "./pod";
import { condition, isTrue, missingIn, type Rule, worded } from "./rule";
import { View } from "./view";
import { customRule } from "./waitFor";
import { Watching } from "./watching";
import { daemonSet, job, statefulSet } from "./workloads";

/** When objects are ready, by API version and kind. Those of other kinds are as soon as they exist. */
const RULES: { readonly [kind: string]: Rule } = {
  "apiextensions.k8s.io/v1/CustomResourceDefinition": definition,
  "apps/v1/DaemonSet": daemonSet,
  "apps/v1/Deployment": deployment,
  "apps/v1/StatefulSet": statefulSet,
  "batch/v1/Job": job,
  "networking.k8s.io/v1/Ingress": ingress,
  "v1/PersistentVolume": persistentVolume,
  "v1/PersistentVolumeClaim": persistentVolumeClaim,
  "v1/Pod": pod,
  "v1/ReplicationController": replicationController,
  "v1/ResourceQuota": resourceQuota,
  "v1/Secret": secret,
  "v1/Service": service,
};

const EVENT = { apiVersion: "v1", kind: "Event" };

/** An object that did not become ready in time. */
export class AwaitFailure extends Error {
  constructor(
    message: string,
    readonly problems: string[],
    /** The object as it was seen last. */
    readonly live: KubeObject,
  ) {
    super(message);
    this.name = "AwaitFailure";
  }
}

export interface Waiting {
  urn: string;
  inputs: KubeObject;
  /** The object as the API server just answered it. */
  live: KubeObject;
  /** As it was before it was changed. */
  before?: KubeObject;
  /** Seconds to wait at most. */
  seconds: number;
}

/** Waits for objects of one API server. */
export class Awaits {
  private readonly watching: Watching;

  constructor(
    private readonly connection: Connection,
    private readonly report: ProviderReport,
    /** See `KubernetesSourceOptions`. */
    private readonly patienceSeconds = Number.POSITIVE_INFINITY,
  ) {
    this.watching = new Watching(connection);
  }

  /**
   * The object once it is ready.
   * @throws AwaitFailure
   */
  async ready(waiting: Waiting): Promise<KubeObject> {
    const rule = ruleOf(waiting.inputs, waiting.live);
    if (rule === undefined) return waiting.live;
    if (rule.watches.length === 0 && rule.judge(alone(waiting)).isReady) return waiting.live;
    const allowed = Math.min(waiting.seconds, rule.atMostSeconds ?? waiting.seconds);
    const seconds = Math.min(allowed, this.patienceSeconds);
    const view = await View.open(this.connection, this.watching, rule, waiting);
    try {
      const { live, judgement, isGone } = await view.until(seconds, (missing) =>
        this.report("status", waiting.urn, missing),
      );
      if (judgement.isReady) return live;
      if (seconds < allowed && !isGone && judgement.isHopeless !== true) {
        this.report("info", waiting.urn, notWaitedFor(seconds, missingIn(judgement)));
        return live;
      }
      const refused = isGone ? [] : await this.refusals(live);
      for (const warning of [...(judgement.warnings ?? []), ...refused]) this.report("warning", waiting.urn, warning);
      const message = isGone
        ? `'${nameOf(live)}' was deleted while it was waited for`
        : judgement.isHopeless
          ? `Resource '${nameOf(live)}' was created but failed to initialize`
          : `'${nameOf(live)}' timed out waiting to be Ready`;
      throw new AwaitFailure(message, judgement.problems, live);
    } finally {
      view.close();
    }
  }

  /**
   * What an API server said to the controllers that wanted to make pods for the object. A Deployment has it in its status: the
   * events are those of its ReplicaSet.
   */
  private async refusals(live: KubeObject): Promise<string[]> {
    if (live.kind === "Deployment") {
      const failure = condition(live, "ReplicaFailure");
      return isTrue(failure) ? [worded(failure)] : [];
    }
    try {
      const path = await this.connection.collection(EVENT, namespaceOf(live));
      const fieldSelector = `involvedObject.uid=${uidOf(live)},reason=FailedCreate`;
      const { items } = await this.connection.list(path, { fieldSelector });
      return [...new Set(items.map((event) => textAt(event, "message")))];
    } catch {
      return [];
    }
  }

  /** Why an object is not ready as it is now; undefined when it is, or when that is nobody's business. */
  async unready({ inputs, live }: Pick<Waiting, "inputs" | "live">): Promise<AwaitFailure | undefined> {
    const rule = ruleOf(inputs, live);
    if (rule === undefined || rule.isAskedOnRead === false) return undefined;
    const related = new Map<string, readonly KubeObject[]>();
    for (const kind of rule.watches) {
      const path = await this.connection.collection(kind, namespaceOf(live));
      related.set(kind.kind, (await this.connection.list(path)).items);
    }
    const sight = {
      live,
      before: live,
      related: (kind: string) => related.get(kind) ?? [],
      quietSeconds: Number.POSITIVE_INFINITY,
    };
    const { isReady, problems } = rule.judge(sight);
    if (isReady) return undefined;
    return new AwaitFailure(`Resource '${nameOf(live)}' was created but failed to initialize`, problems, live);
  }

  /**
   * Waits until an object is gone, or another has its name.
   * @throws AwaitFailure
   */
  async gone({
    urn,
    live,
    name,
    seconds,
  }: {
    urn: string;
    live: KubeObject;
    name: string;
    seconds: number;
  }): Promise<void> {
    const until = Date.now() + seconds * 1000;
    let last = live;
    for (let wait = 50; ; wait = Math.min(wait * 2, 500)) {
      try {
        last = await this.connection.get(live, name);
      } catch (error) {
        if (isNotFound(error)) return;
        throw error;
      }
      if (uidOf(live) !== "" && uidOf(last) !== uidOf(live)) return;
      if (Date.now() > until) break;
      await sleep(wait, undefined, { signal: this.connection.signal });
    }
    const finalizers = listAt(last, "metadata", "finalizers").join(", ");
    if (finalizers !== "") this.report("warning", urn, `finalizers might be preventing deletion (${finalizers})`);
    throw new AwaitFailure("timed out waiting for the condition", [], last);
  }
}

function ruleOf(inputs: KubeObject, live: KubeObject): Rule | undefined {
  if (annotation(inputs, "skipAwait") === "true") return undefined;
  return customRule(live) ?? RULES[`${live.apiVersion}/${live.kind}`];
}

export function notWaitedFor(seconds: number, missing: string): string {
  return `is not ready after ${seconds} s, and waited for no longer${missing === "" ? "" : `: ${missing}`}`;
}

/** What is seen of an object by itself. */
function alone({ live, before }: Waiting) {
  return { live, before, related: () => [], quietSeconds: 0 };
}
