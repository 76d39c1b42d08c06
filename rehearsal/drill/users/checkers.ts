import type { FailoverTime } from "../../../lib/plan/routing/times";
import type { Health } from "../../traffic";

/** Asks one address whether its site can serve: real HTTP. */
export type Probe = (address: string) => Promise<boolean>;

interface Checked {
  readonly address: string;
  /** Second at which it is asked next. */
  due: number;
  isHealthy: boolean;
  /** Answers in a row that say otherwise. */
  against: number;
}

/**
 * The health checks of one service: each address is asked every interval, and changes its health after as many answers in a
 * row as the service wants. Which is also so for coming back.
 */
export class Checkers {
  private readonly all: readonly Checked[];
  /** What the service believes by now; another function after each change, as {@link Health} asks. */
  health: Health;

  /** @param chance a number from 0 to below 1: when in an interval each address is asked. */
  constructor(
    private readonly time: Pick<FailoverTime, "intervalSeconds" | "failures">,
    addresses: readonly string[],
    private readonly probe: Probe,
    chance: () => number,
  ) {
    this.all = addresses.map((address) => ({
      ...{ address, isHealthy: true, against: 0 },
      due: Math.floor(chance() * time.intervalSeconds),
    }));
    this.health = this.healthNow();
  }

  /** Asks whoever is due at this second. */
  async at(second: number): Promise<void> {
    const due = this.all.filter((one) => one.due <= second);
    const changed = await Promise.all(due.map((one) => this.check(one, second)));
    if (changed.includes(true)) this.health = this.healthNow();
  }

  private async check(one: Checked, second: number): Promise<boolean> {
    one.due = second + this.time.intervalSeconds;
    const isWell = await this.probe(one.address);
    one.against = isWell === one.isHealthy ? 0 : one.against + 1;
    if (one.against < this.time.failures) return false;
    one.isHealthy = isWell;
    one.against = 0;
    return true;
  }

  private healthNow(): Health {
    const healthy = new Set(this.all.filter((one) => one.isHealthy).map((one) => one.address));
    return (address) => healthy.has(address);
  }
}
