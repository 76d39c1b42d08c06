import type { ResourceState } from "./state";

/**
 * Creations that are under way. They are written down before they begin: when a run is killed, the next one knows which
 * resources may exist although nobody lived to hear of it.
 */
export class PendingCreations {
  private readonly underWay = new Set<ResourceState>();

  /**
   * @param former URNs of creations whose end an earlier run did not see.
   * @param note writes down what has been done, and what is under way.
   */
  constructor(
    private readonly former: ReadonlySet<string>,
    private readonly note: () => Promise<void>,
  ) {}

  /** True for a resource that an earlier run may have made. */
  mayExist(urn: string): boolean {
    return this.former.has(urn);
  }

  list(): ResourceState[] {
    return [...this.underWay];
  }

  /** Does the work of a creation, once it is written down. */
  async during<T>(state: ResourceState, work: () => Promise<T>): Promise<T> {
    this.underWay.add(state);
    try {
      await this.note();
      return await work();
    } finally {
      this.underWay.delete(state);
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
