import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { openSession } from "../rehearsal/engine";
import { startProgram } from "../rehearsal/engine/program";
import { readProject } from "../rehearsal/engine/project";
import { startEchoMonitor } from "./support/echoMonitor";
import { echoProviders } from "./support/echoProvider";
import { type Figure, median } from "./support/figures";

/**
 * What a pass of the engine takes beside the same program against a monitor that merely echoes.
 */
const PROGRAMS = [
  { size: 1000, rounds: 3 },
  { size: 5000, rounds: 1 },
];

/** Resources like a fleet's: components of ten, nested inputs, tags, a dependency on the one before. */
const program = `
const pulumi = require("@pulumi/pulumi");
class Thing extends pulumi.CustomResource {
  constructor(name, args, opts) { super("echo:index:Thing", name, args, opts); }
}
class Box extends pulumi.ComponentResource {
  constructor(name, count) {
    super("bench:index:Box", name, { count });
    let before;
    for (let i = 0; i < count; i++) {
      const tags = Object.fromEntries(Array.from({ length: 8 }, (_, t) => ["tag-" + t, name + "-" + t]));
      before = new Thing(name + "-" + i, { size: i, tags, rules: [1, 2, 3].map((port) => ({ port, protocol: "tcp", cidrs: ["10.0.0.0/8"] })), before: before?.size }, { parent: this });
    }
    this.registerOutputs({ last: before.size });
  }
}
for (let i = 0; i < Number(process.env.BENCH_RESOURCES) / 11; i++) new Box("box" + i, 10);
`;

interface Spent {
  /** Wall clock. */
  seconds: number;
  /** Processor time of this process, in which monitor and engine run: steady on a busy machine. */
  cpuSeconds: number;
}
type Passes = { [run in "echo" | "preview" | "up" | "again"]: Spent };

async function timed(work: () => Promise<void>): Promise<Spent> {
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6 };
}

async function echoed(dir: string): Promise<void> {
  const monitor = await startEchoMonitor();
  const child = startProgram({
    project: readProject(dir, "bench"),
    address: monitor.address,
    preview: true,
    skipTypeCheck: true,
    onLine: ({ text }) => console.error(text),
  });
  const { code } = await child.exited;
  monitor.close();
  if (code !== 0) throw new Error(`the program failed against the echo: ${code}`);
}

async function measure(dir: string): Promise<Passes> {
  const echo = await timed(() => echoed(dir));
  const session = await openSession({ projectDir: dir, stack: "bench", sources: [echoProviders()] });
  const pass = (run: "preview" | "up"): Promise<Spent> =>
    timed(async () => {
      const result = await session[run]();
      if (result.exit !== 0) throw new Error(`${run} failed: ${JSON.stringify(result.diagnostics)}`);
    });
  const figures = { echo, preview: await pass("preview"), up: await pass("up"), again: await pass("preview") };
  await session.close();
  return figures;
}

export async function run(): Promise<Figure[]> {
  const dir = mkdtempSync(path.join(tmpdir(), "bench-engine-"));
  try {
    symlinkSync(path.resolve(__dirname, "../node_modules"), path.join(dir, "node_modules"));
    writeFileSync(path.join(dir, "index.js"), program);
    writeFileSync(path.join(dir, "package.json"), '{ "name": "bench", "main": "index.js" }');
    writeFileSync(path.join(dir, "Pulumi.yaml"), "name: bench\nruntime: nodejs\n");
    const shown: Figure[] = [];
    for (const { size, rounds } of PROGRAMS) shown.push(...(await ofSize(dir, size, rounds)));
    return shown;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The passes of one program, each beside the echo of the same round. */
async function ofSize(dir: string, size: number, rounds: number): Promise<Figure[]> {
  process.env.BENCH_RESOURCES = String(size);
  const all: Passes[] = [];
  for (let i = 0; i < rounds; i++) all.push(await measure(dir));
  return (["preview", "up", "again"] as const).map((pass) => {
    const seconds = median(all.map((round) => round[pass].seconds));
    const ratio = median(all.map((round) => round[pass].seconds / round.echo.seconds));
    return {
      name: `${pass === "again" ? "second preview" : pass} of ${size} resources`,
      unit: "x of an echo",
      value: Number(ratio.toFixed(2)),
      limit: 1.15,
      note: `median of ${rounds}; ${((seconds / size) * 1000).toFixed(1)} ms a resource`,
    };
  });
}
