import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "../connection";
import { type KubeObject, nameOf, namespaceOf, textAt, uidOf } from "../objects";
import { type Judgement, missingIn, type Rule, type Sight } from "./rule";
import type { Watched, Watching } from "./watching";

/** Milliseconds after which an object is looked at again though nothing changed: some rules wait for silence. */
const TICK_MILLISECONDS = 250;

/** How the waiting ended. */
export interface Outcome {
  /** The object as it was seen last. */
  live: KubeObject;
  judgement: Judgement;
  /** It was deleted meanwhile. */
  isGone: boolean;
}

/** What is seen of an object and of all that its rule looks at. */
export class View {
  private readonly watched = new Map<string, Watched>();
  private lastChange = Date.now();
  private versions = "";
  private wake: () => void = () => undefined;
  private live: KubeObject;
  private isSeen = false;
  private isGone = false;

  private constructor(
    private readonly rule: Rule,
    live: KubeObject,
    private readonly before: KubeObject | undefined,
    private readonly signal: AbortSignal,
  ) {
    this.live = live;
  }

  static async open(
    connection: Connection,
    watching: Watching,
    rule: Rule,
    { live, before }: { live: KubeObject; before?: KubeObject },
  ): Promise<View> {
    const view = new View(rule, live, before, connection.signal);
    const { apiVersion, kind } = live;
    for (const each of [{ apiVersion, kind }, ...rule.watches]) {
      const path = await connection.collection(each, namespaceOf(live));
      view.watched.set(
        each.kind,
        watching.watch(path, () => view.changed()),
      );
    }
    view.changed();
    return view;
  }

  private objects(kind: string): readonly KubeObject[] {
    return this.watched.get(kind)?.objects() ?? [];
  }

  private changed(): void {
    const now = this.objects(this.live.kind).find((each) => uidOf(each) === uidOf(this.live));
    this.isGone = this.isSeen && now === undefined;
    this.isSeen ||= now !== undefined;
    // Lists do not say the kind of their items, and a watch may show what was before our own change.
    if (now !== undefined && versionOf(now) >= versionOf(this.live)) {
      this.live = { ...now, apiVersion: this.live.apiVersion, kind: this.live.kind };
    }
    const ofItsName = [...this.watched.keys()].flatMap((kind) =>
      this.objects(kind).filter((each) => nameOf(each) === nameOf(this.live)),
    );
    const versions = ofItsName.map((each) => `${uidOf(each)} ${versionOf(each)}`).join();
    if (versions !== this.versions) this.lastChange = Date.now();
    this.versions = versions;
    this.wake();
  }

  private sight(): Sight {
    return {
      live: this.live,
      before: this.before,
      related: (kind) => this.objects(kind),
      quietSeconds: (Date.now() - this.lastChange) / 1000,
    };
  }

  /**
   * Looks until the object is ready, hopeless or gone, or the time is over.
   * @param status told what is missing, each time that it is something else.
   */
  async until(seconds: number, status: (message: string) => void = () => undefined): Promise<Outcome> {
    const end = Date.now() + seconds * 1000;
    let told = "";
    for (;;) {
      const judgement = this.rule.judge(this.sight());
      const isOver = judgement.isReady || judgement.isHopeless === true || this.isGone || Date.now() >= end;
      if (isOver) return { live: this.live, judgement, isGone: this.isGone };
      const missing = missingIn(judgement);
      if (missing !== told) status(missing);
      told = missing;
      await this.next(Math.min(TICK_MILLISECONDS, Math.max(1, end - Date.now())));
    }
  }

  /** Waits for a change, but no longer than so many milliseconds. */
  private async next(milliseconds: number): Promise<void> {
    const heard = new AbortController();
    this.wake = () => heard.abort();
    await sleep(milliseconds, undefined, { signal: AbortSignal.any([heard.signal, this.signal]) }).catch(() => {
      if (this.signal.aborted) throw new Error("the operation was ended before the object was ready");
    });
  }

  close(): void {
    for (const watched of this.watched.values()) watched.release();
  }
}

/** Versions of one object grow, and may be compared as numbers (KEP-5504). */
function versionOf(object: KubeObject): number {
  return Number(textAt(object, "metadata", "resourceVersion"));
}
