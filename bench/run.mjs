// Runs the benches and records what they measured, with date and machine.
//   node bench/run.mjs            every bench/*.ts
//   node bench/run.mjs plan       only bench/plan.ts; the others keep their last figures
// Each bench runs in a process of its own, one after another, so that none warms up or crowds another.
import { fork } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { arch, cpus, platform, totalmem } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const folder = dirname(fileURLToPath(import.meta.url));
const results = join(folder, "results.json");
const readme = join(folder, "README.md");
const marks = ["<!-- figures: written by bench/run.mjs -->", "<!-- end of figures -->"];

if (process.argv[2] === "--one") await measureInThisProcess(process.argv[3]);
else await main(process.argv.slice(2).map((name) => basename(name, ".ts")));

async function main(wanted) {
  const all = readdirSync(folder)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => basename(file, ".ts"))
    .sort();
  const unknown = wanted.filter((name) => !all.includes(name));
  if (unknown.length > 0) {
    console.error(`No bench ${unknown.join(", ")}: there are ${all.join(", ")}.`);
    process.exit(2);
  }
  const recorded = existsSync(results) ? JSON.parse(readFileSync(results, "utf8")) : {};
  const figuresOf = new Map(Object.entries(recorded).filter(([name]) => all.includes(name)));
  for (const name of wanted.length === 0 ? all : wanted) {
    process.stderr.write(`bench ${name} ...\n`);
    const { figures, error } = await measure(name);
    if (figures === undefined) {
      process.exitCode = 1;
      process.stderr.write(`  failed: ${error}\n`);
      continue;
    }
    for (const figure of figures) process.stderr.write(`  ${line(figure).join("  ")}\n`);
    figuresOf.set(name, { date: new Date().toISOString().slice(0, 10), machine: machine(), figures });
    record(figuresOf); // after each, so that an interrupted run keeps what it has
  }
}

function record(figuresOf) {
  const sorted = [...figuresOf].sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(results, `${JSON.stringify(Object.fromEntries(sorted), undefined, 2)}\n`);
  writeTable(sorted);
}

/** The figures of a bench, or why there are none. */
function measure(name) {
  return new Promise((resolve) => {
    let answer = { error: "it ended without an answer; its output is above" };
    const child = fork(fileURLToPath(import.meta.url), ["--one", join(folder, `${name}.ts`)], {
      execArgv: ["--import", "tsx", "--expose-gc"],
      cwd: dirname(folder),
      stdio: ["ignore", 2, 2, "ipc"],
    });
    child.on("message", (message) => {
      answer = message;
    });
    child.on("close", () => resolve(answer));
  });
}

async function measureInThisProcess(file) {
  let answer;
  try {
    const bench = await import(pathToFileURL(file).href);
    const run = bench.run ?? bench.default?.run;
    if (typeof run !== "function") throw new Error("it exports no function run()");
    answer = { figures: (await run()).map(checked) };
  } catch (error) {
    answer = { error: error instanceof Error ? error.message : String(error) };
  }
  process.send(answer, () => process.exit(0));
}

function checked(figure) {
  const { name, unit, value, limit, note } = figure;
  const isFigure = typeof name === "string" && typeof unit === "string" && Number.isFinite(value);
  if (!isFigure || !(limit === undefined || Number.isFinite(limit))) {
    throw new Error(`this is no figure: ${JSON.stringify(figure)}; see bench/README.md`);
  }
  return { name, unit, value, ...(limit === undefined ? {} : { limit }), ...(note === undefined ? {} : { note }) };
}

function machine() {
  const model = cpus()[0]?.model.trim() || "unknown processor";
  const gib = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} x ${model}, ${gib} GiB, ${platform()} ${arch()}, Node ${process.versions.node}`;
}

function line({ name, unit, value, limit, note }) {
  const met =
    limit === undefined ? "" : value <= limit ? `at most ${amount(limit)}: met` : `at most ${amount(limit)}: NOT MET`;
  return [name, `${amount(value)} ${unit}`, met, note ?? ""];
}

/** Three significant digits: no figure here is more exact than that. */
function amount(value) {
  return Math.abs(value) >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

function writeTable(sorted) {
  const rows = [];
  for (const [bench, { date, machine: where, figures }] of sorted) {
    rows.push(`### ${bench}`, "", `${date}, ${where}`, "");
    rows.push("| Figure | Value | Limit | Note |", "|---|---|---|---|");
    rows.push(...figures.map((figure) => `| ${line(figure).join(" | ")} |`), "");
  }
  const text = readFileSync(readme, "utf8");
  const [start, end] = marks.map((mark) => text.indexOf(mark));
  if (start < 0 || end < start) throw new Error(`bench/README.md must have the lines ${marks.join(" and ")}.`);
  writeFileSync(readme, `${text.slice(0, start + marks[0].length)}\n\n${rows.join("\n")}\n${text.slice(end)}`);
}
