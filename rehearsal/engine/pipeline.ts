/** The order of a run's work: decisions one after the other, what was decided all at once. */
export class Pipeline {
  private queue: Promise<unknown> = Promise.resolve();
  private readonly active = new Set<Promise<unknown>>();

  /** Does work after all that was queued before it. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work);
    this.queue = result.catch(() => undefined);
    return result;
  }

  /** Counts work as under way until it is done. */
  async underWay<T>(work: Promise<T>): Promise<T> {
    this.active.add(work);
    try {
      return await work;
    } finally {
      this.active.delete(work);
    }
  }

  /** Waits until nothing is queued or under way. */
  async settle(): Promise<void> {
    for (let last: unknown; last !== this.queue || this.active.size > 0; ) {
      last = this.queue;
      await Promise.allSettled([this.queue, ...this.active]);
    }
  }
}

/** A promise that is resolved from outside. */
export class Signal {
  readonly wait: Promise<void>;
  send: () => void = () => undefined;
  constructor() {
    this.wait = new Promise((resolve) => {
      this.send = resolve;
    });
  }
}

/** Waits for something, but no longer than so many milliseconds. */
export async function atMost(milliseconds: number, something: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([something, late]);
  clearTimeout(timer);
}
