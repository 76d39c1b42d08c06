import type { DrillUsers } from "../report";
import type { Passed, Population } from "./population";

/** Seconds that users go on before a loss, after its predicted end, and while the sites are back but drained. */
const BEFORE_SECONDS = 30;
const AFTER_SECONDS = 60;
const DRAINED_SECONDS = 60;

const NOTHING: Passed = { requests: 0, errors: 0, lastErrorSeconds: null, served: {} };

/** Users during one loss, step by step. */
export class UsersInALoss {
  private readonly passed: { before: Passed; lost: Passed; late: Passed; drained: Passed; back: Passed };

  constructor(
    private readonly users: Population,
    private readonly sites: readonly string[],
    private readonly progress: (text: string) => void,
  ) {
    this.passed = { before: NOTHING, lost: NOTHING, late: NOTHING, drained: NOTHING, back: NOTHING };
  }

  /** Users go where they always do. */
  async before(): Promise<void> {
    this.passed.before = await this.users.pass(BEFORE_SECONDS);
  }

  /** The servers die with their sites. */
  kill(): Promise<void> {
    return this.users.kill(this.sites);
  }

  /** The predicted time passes, and a minute more. */
  async lost(): Promise<void> {
    this.progress(`users of ${this.users.domain}: going on for ${this.users.predictedSeconds} s of theirs`);
    this.passed.lost = await this.users.pass(this.users.predictedSeconds + 1);
    this.passed.late = await this.users.pass(AFTER_SECONDS);
  }

  /** The sites are back, drained for a while, and then serve. */
  async back(): Promise<void> {
    await this.users.start(this.sites);
    this.passed.drained = await this.users.pass(DRAINED_SECONDS);
    await this.users.serve(this.sites);
    this.passed.back = await this.users.pass(this.users.predictedSeconds + BEFORE_SECONDS);
  }

  met(): DrillUsers {
    const { before, lost, late, drained, back } = this.passed;
    const { predictedSeconds } = this.users;
    const lateSeconds = late.lastErrorSeconds === null ? null : predictedSeconds + 1 + late.lastErrorSeconds;
    const otherErrors = before.errors + drained.errors + back.errors;
    const servedDrained = this.sites.reduce((sum, site) => sum + (drained.served[site] ?? 0), 0);
    return {
      requests: lost.requests + late.requests,
      errors: lost.errors + late.errors,
      lastErrorSeconds: lateSeconds ?? lost.lastErrorSeconds,
      predictedSeconds,
      served: { ...late.served },
      otherErrors,
      servedDrained,
      held: late.errors === 0 && otherErrors === 0 && servedDrained === 0,
    };
  }
}
