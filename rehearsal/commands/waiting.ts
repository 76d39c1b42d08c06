import { firstOf } from "../../lib/plan/firstOf";
import type { SessionEvent } from "../engine";
import type { Terminal } from "../terminal";

/** Milliseconds without news after which it is said what a run waits for: simulated clouds never take as long. */
const QUIET_MS = 15_000;

/** Names that a line has room for. */
const NAMED = 3;

/** Says what a run waits for where nothing else happens: an object of a real site that is not ready takes minutes. */
export class Waiting {
  readonly #underWay = new Map<string, string>();
  /** By URN: what is missing. */
  readonly #missing = new Map<string, string>();
  #news = Date.now();

  constructor(
    readonly terminal: Pick<Terminal, "progress">,
    readonly quietMs = QUIET_MS,
  ) {}

  hear(event: SessionEvent): void {
    if (event.kind === "status") this.#missing.set(event.urn, event.message);
    if (event.kind !== "step" && event.kind !== "stepEnd") return;
    const { op, urn, type, name } = event.step;
    if (event.kind === "step") this.#underWay.set(`${op} ${urn}`, `${type.split(":").at(-1)} ${name}`);
    else {
      this.#underWay.delete(`${op} ${urn}`);
      this.#missing.delete(urn);
    }
    this.#news = Date.now();
  }

  /** Watches over a run. */
  async during<T>(run: () => Promise<T>): Promise<T> {
    this.#underWay.clear();
    this.#missing.clear();
    this.#news = Date.now();
    const timer = setInterval(() => this.#look(), this.quietMs / 5);
    try {
      return await run();
    } finally {
      clearInterval(timer);
    }
  }

  #look(): void {
    const names = [...this.#underWay.values()];
    if (names.length === 0 || Date.now() - this.#news < this.quietMs) return;
    const why = [...this.#missing.values()].find((missing) => missing !== "");
    const reason = why === undefined ? "" : `; ${why.split("\n")[0]}`;
    this.terminal.progress(`waiting for ${firstOf(names, NAMED)}${reason}`);
  }
}
