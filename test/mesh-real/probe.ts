import type { RealPod } from "./pods";

/** A request, by the clock of the machine in milliseconds, and what answered: null where nobody did in time. */
export interface Answer {
  readonly began: number;
  readonly ended: number;
  readonly answer: string | null;
}

/** A client that asks again and again, as one that knows nothing of sites. */
export interface Probe {
  answers(): Answer[];
  /** Ends it. */
  stop(): Promise<Answer[]>;
}

/** Where requests go. */
export interface Target {
  readonly address: string;
  readonly port: number;
}

let started = 0;

/** Milliseconds after which nobody has answered. Who looks for the end of an outage asks often. */
const SOON = 500;

/** The same for who may lose no request at all, on a machine that has other things to do. */
export const PATIENT = 20_000;

/** Starts a client in a pod, one request after the other, 20 ms apart. */
export async function startProbe(pod: RealPod, { address, port }: Target, milliseconds = SOON): Promise<Probe> {
  const args = [address, String(port), "0", String(milliseconds)];
  const running = await pod.start(`probe-${++started}`, [process.execPath, "-e", ASK, ...args]);
  const answers = () => answersIn(running.output());
  return {
    answers,
    async stop() {
      running.kill();
      await running.exited;
      return answers();
    },
  };
}

/** Some requests, one after the other. */
export async function ask(pod: RealPod, { address, port }: Target, requests = 1): Promise<Answer[]> {
  const args = [address, String(port), String(requests), String(SOON)];
  return answersIn(await pod.exec([process.execPath, "-e", ASK, ...args]));
}

/** Who answered, each once, in the order of their names; what nobody answered is left out. */
export function answering(answers: readonly Answer[]): string[] {
  return [...new Set(answers.flatMap(({ answer }) => answer ?? []))].sort();
}

/** Seconds from the first request that nobody answered to the end of the last one; 0 where all were. */
export function outageSeconds(answers: readonly Answer[]): number {
  const failed = answers.filter(({ answer }) => answer === null);
  const [first, last] = [failed[0], failed.at(-1)];
  return first === undefined || last === undefined ? 0 : (last.ended - first.began) / 1000;
}

/** Lines that are complete: one is cut where it is read while it is written. */
function answersIn(text: string): Answer[] {
  return text
    .split("\n")
    .slice(0, -1)
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Answer);
}

const ASK = `
const http = require("node:http");
const [address, port, requests, milliseconds] = process.argv.slice(1);
const ask = () => new Promise((resolve) => {
  const timer = setTimeout(() => asked.destroy(), Number(milliseconds));
  const done = (answer) => { clearTimeout(timer); resolve(answer); };
  const asked = http.get({ host: address, port, agent: false }, (response) => {
    let text = "";
    response.on("data", (part) => { text += part; });
    response.on("end", () => done(text));
    response.on("error", () => done(null));
  });
  asked.on("error", () => done(null));
});
(async () => {
  for (let count = 0; requests === "0" || count < Number(requests); count++) {
    const began = Date.now();
    const answer = await ask();
    console.log(JSON.stringify({ began, ended: Date.now(), answer }));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
})();`;
