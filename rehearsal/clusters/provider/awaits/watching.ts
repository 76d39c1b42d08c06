import { kubernetes } from "../../sites/kubernetes";
import type { Connection } from "../connection";
import { type KubeObject, uidOf } from "../objects";

/** Milliseconds until a watch that broke is tried again. */
const RETRY_MILLISECONDS = 1000;

/** All objects of one kind in one place, as they are now. */
export interface Watched {
  objects(): readonly KubeObject[];
  /** Ends this interest in them. */
  release(): void;
}

interface Shared {
  readonly objects: Map<string, KubeObject>;
  readonly listeners: Set<() => void>;
  stop(): void;
}

/** Watches of one API server. Whoever waits for objects in the same place shares one, however many there are. */
export class Watching {
  private readonly shared = new Map<string, Shared>();

  constructor(private readonly connection: Connection) {}

  /** @param changed called at once when something there has changed. */
  watch(path: string, changed: () => void): Watched {
    const shared = this.shared.get(path) ?? this.begin(path);
    shared.listeners.add(changed);
    return {
      objects: () => [...shared.objects.values()],
      release: () => {
        shared.listeners.delete(changed);
        if (shared.listeners.size > 0) return;
        this.shared.delete(path);
        shared.stop();
      },
    };
  }

  private begin(path: string): Shared {
    const objects = new Map<string, KubeObject>();
    const listeners = new Set<() => void>();
    const change = (object: KubeObject, isGone: boolean): void => {
      if (isGone) objects.delete(uidOf(object));
      else objects.set(uidOf(object), object);
      for (const listener of [...listeners]) listener();
    };
    const stop = follow(this.connection, path, change);
    const shared = { objects, listeners, stop };
    this.shared.set(path, shared);
    return shared;
  }
}

/** Lists and watches until it is stopped, and begins again whenever that breaks. */
function follow(
  connection: Connection,
  path: string,
  change: (object: KubeObject, isGone: boolean) => void,
): () => void {
  let end: () => void = () => undefined;
  let isStopped = false;
  void kubernetes().then(({ makeInformer }) => {
    if (isStopped || connection.signal.aborted) return;
    const informer = makeInformer<KubeObject>(connection.config, path, async () => {
      const { metadata, items } = await connection.list(path);
      return { apiVersion: "v1", kind: "List", metadata: metadata ?? {}, items };
    });
    informer.on("add", (object) => change(object, false));
    informer.on("update", (object) => change(object, false));
    informer.on("delete", (object) => change(object, true));
    let started: Promise<void> = Promise.resolve();
    let timer: NodeJS.Timeout | undefined;
    const start = (): void => {
      // The informer says that a watch broke, but not that its list failed.
      started = isStopped ? started : informer.start().catch(again);
    };
    const again = (): void => {
      clearTimeout(timer);
      if (!isStopped && !connection.signal.aborted) timer = setTimeout(start, RETRY_MILLISECONDS);
    };
    informer.on("error", again);
    // A watch that is still being opened is only known to the informer, and can be ended, once it is open.
    end = () => {
      clearTimeout(timer);
      void informer.stop().then(() => started.then(() => informer.stop()));
    };
    connection.signal.addEventListener("abort", () => end(), { once: true });
    start();
  });
  return () => {
    isStopped = true;
    end();
  };
}
