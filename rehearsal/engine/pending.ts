import { PartialFailure } from "./provider";
import type { ResourceState } from "./state";

/** An operation that was begun, and of which nobody knows how it ended. */
export interface PendingOperation {
  readonly type: "creating" | "updating" | "deleting";
  readonly state: ResourceState;
}

/**
 * Operations that are under way. They are written down before they begin: when a run is killed, the next one knows which
 * resources may exist, be changed or be gone although nobody lived to hear of it.
 */
export class PendingOperations {
  private readonly underWay = new Set<PendingOperation>();
  /** Creations of an earlier run that were not looked into yet, by URN. */
  private readonly unsettled: Map<string, PendingOperation>;
  /** What an earlier run was changing or deleting: it has to be read before anything is decided about it. */
  private unread: readonly PendingOperation[];

  /**
   * @param former operations whose end an earlier run did not see.
   * @param note writes down what has been done, and what is under way.
   */
  constructor(
    former: readonly PendingOperation[],
    private readonly note: () => Promise<void>,
  ) {
    const creations = former.filter(({ type }) => type === "creating");
    this.unsettled = new Map(creations.map((operation) => [operation.state.urn, operation]));
    this.unread = former.filter(({ type }) => type !== "creating");
  }

  /** True for a resource that an earlier run may have made. */
  mayExist(urn: string): boolean {
    return this.unsettled.has(urn);
  }

  /** URNs of what has to be read, since an earlier run was ended while it changed or deleted it. */
  get touched(): ReadonlySet<string> {
    return new Set(this.unread.map(({ state }) => state.urn));
  }

  /** It was read. */
  refreshed(): void {
    this.unread = [];
  }

  /** Creations of an earlier run that this one did not look into. */
  left(): PendingOperation[] {
    return [...this.unsettled.values()];
  }

  /** It is known what became of the creation of a resource. */
  settled(urn: string): void {
    this.unsettled.delete(urn);
  }

  list(): PendingOperation[] {
    return [...this.unsettled.values(), ...this.unread, ...this.underWay];
  }

  /** Does the work of an operation, once it is written down, and has its end written down as well. */
  async during(operation: PendingOperation, work: () => Promise<void>): Promise<void> {
    this.underWay.add(operation);
    try {
      await this.note();
      await work();
      if (operation.type === "creating") this.settled(operation.state.urn);
    } catch (error) {
      if (operation.type === "creating" && error instanceof PartialFailure) this.settled(operation.state.urn);
      throw error;
    } finally {
      this.underWay.delete(operation);
      // Whoever writes last waits, and hears of it when nothing can be written.
      this.note().catch(() => undefined);
    }
  }
}

/** Writes that follow one another: whoever asks while one is under way shares the next. */
export class Writer {
  private last: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;

  constructor(private readonly write: () => Promise<void>) {}

  /** Resolves when everything that was so by now is written. */
  save(): Promise<void> {
    this.next ??= this.last
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        this.last = this.write();
        return this.last;
      });
    return this.next;
  }
}
