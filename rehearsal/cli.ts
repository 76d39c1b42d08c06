import type { EventEmitter } from "node:events";
import { tmpdir } from "node:os";
import { isAbsolute, resolve } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { DrillCommandOptions } from "./commands/drill";
import { addMesh } from "./commands/meshLine";
import { removeReport } from "./commands/output";
import type { PlanOptions } from "./commands/plan";
import type { RehearseOptions } from "./commands/rehearse";
import type { TrafficCheckOptions } from "./commands/traffic";
import { addTrust } from "./commands/trustLine";
import { processTerminal, type Terminal } from "./terminal";
import { Interrupted, UserError } from "./userError";

/** What a command answers to the shell. */
export const EXIT = {
  /** Everything holds. */
  holds: 0,
  /** A mandatory policy is violated, or the verdict is not "holds". */
  fails: 1,
  /** Bad input, or a program that fails. */
  badInput: 2,
  /** The user asked to stop. */
  interrupted: 130,
} as const;

const STOPPING = "multisite: stopping; what is under way has ten seconds, and Ctrl-C again ends at once";

/** Runs the command line of this process and sets its exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const abort = new AbortController();
  const terminal = processTerminal();
  let askedAt: number | undefined;
  const stop = () => {
    if (askedAt === undefined) setTimeout(() => terminal.err(STOPPING), 1500).unref();
    askedAt ??= Date.now();
    abort.abort(new Interrupted());
    // npm hands on a Ctrl-C that reaches us from the terminal as well; one that comes later is a user's who will not wait.
    if (Date.now() - askedAt > 1000) process.exit(EXIT.interrupted);
  };
  // Not `once`: libraries that listen as well end the process at once when no other listener is left.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  // Programs run in folders of their own, where a relative path would lead elsewhere.
  if (!isAbsolute(tmpdir())) process.env.TMPDIR = resolve(tmpdir());
  process.exitCode = await exitOf(run(argv, terminal, abort.signal), process.stdout, terminal);
}

/**
 * What a command answers to the shell: bad input where its output could not be written, for an empty report says nothing. A
 * reader that goes before the end, as by `| head`, is no error of ours: the command ends as without it.
 */
export async function exitOf(command: Promise<number>, output: EventEmitter, terminal: Terminal): Promise<number> {
  let problem: string | undefined;
  output.on("error", ({ code, message }: NodeJS.ErrnoException) => {
    if (code !== "EPIPE") problem ??= message;
  });
  const exit = await command;
  // Of the last that was written a failure is told in the next turn.
  await nextTurn();
  if (problem === undefined) return exit;
  terminal.err(`cannot write to standard output: ${problem}`);
  return EXIT.badInput;
}

/**
 * Runs one command line.
 * @param argv as `process.argv`: the first two entries are passed over.
 * @returns the exit code, one of `EXIT`.
 */
export async function run(argv: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<number> {
  let exit: number = EXIT.holds;
  const program = commandLine(terminal, async (command) => {
    exit = await command(signal);
  });
  try {
    await program.parseAsync([...argv]);
    return exit;
  } catch (error) {
    terminal.done();
    return report(error, terminal, signal);
  }
}

function report(error: unknown, terminal: Terminal, signal: AbortSignal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.holds : EXIT.badInput;
  if (signal.aborted || error instanceof Interrupted) {
    terminal.err("multisite: interrupted; nothing of this run is left behind");
    return EXIT.interrupted;
  }
  if (error instanceof UserError) {
    terminal.err(error.message);
    return EXIT.badInput;
  }
  const known = error instanceof Error ? error : new Error(String(error));
  terminal.err(`multisite: this is a mistake of multisite's, not of yours: ${known.message}`);
  if (process.env.MULTISITE_DEBUG) terminal.err(known.stack ?? "");
  else terminal.err("Set MULTISITE_DEBUG=1 to see where, and report it.");
  return EXIT.badInput;
}

type Run = (command: (signal: AbortSignal) => Promise<number>) => Promise<void>;

function commandLine(terminal: Terminal, run: Run): Command {
  const program = new Command("multisite")
    .description("Plans and rehearses fleets of Kubernetes sites, with no cloud account.")
    .version(version())
    .exitOverride()
    .hook("preAction", (_, command) => removeReport(command.opts().json))
    .showHelpAfterError("(multisite --help shows what there is)")
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
    });
  addPlan(program, terminal, run);
  addRehearse(program, terminal, run);
  addDrill(program, terminal, run);
  addToken(program, terminal, run);
  addTrust(program, terminal, run, EXIT_HELP);
  addTraffic(program, terminal, run);
  addMesh(program, terminal, run, EXIT_HELP);
  return program;
}

function addPlan(program: Command, terminal: Terminal, run: Run): void {
  const command = withCommonOptions(program.command("plan"))
    .description(
      "Shows what follows from the fleet of a program: demand, placement, verdict, and the smallest change that makes it hold.",
    )
    .addHelpText(
      "after",
      `
Examples:
  multisite plan                                          the program of this folder
  multisite plan examples/three-clouds --workloads k8s/   what would its sites have to run for these manifests?
  multisite plan . --lose frankfurt --lose belgium        and if these two were gone?
  multisite plan . --json - | jq .capacity.fixes

${EXIT_HELP}`,
    );
  command.action((dir: string, options: PlanOptions) =>
    run(async (signal) => (await import("./commands/plan.js")).plan(dir, options, terminal, signal)),
  );
}

function addRehearse(program: Command, terminal: Terminal, run: Run): void {
  const command = withCommonOptions(program.command("rehearse"))
    .description(
      "Runs a program as `pulumi preview` and `pulumi up` would, on simulated clouds, then loses each site by arithmetic.",
    )
    .option("--policy-pack <dir>", "judge with the policy pack in this folder (repeatable)", collect, [])
    .option(
      "--policy-pack-config <file>",
      "configuration of the policy pack, JSON (repeatable, in the packs' order)",
      collect,
      [],
    )
    .option("--state <file>", "Pulumi's deployment JSON: read if it exists, written at the end; by one run at a time")
    .option("--strict", "refuse resources whose type is simulated by its shape only", false)
    .option("--clusters", "put real Kubernetes control planes, on this machine, behind the simulated clusters", false)
    .addOption(
      new Option("--engine <engine>", "who runs the program: the rehearsal's own engine, or a `pulumi` CLI on the PATH")
        .choices(["own", "pulumi"])
        .default("own"),
    )
    .addHelpText(
      "after",
      `
Examples:
  multisite rehearse                                      the program of this folder
  multisite rehearse . --policy-pack policy               and what the policies say
  multisite rehearse . --state fleet.json                 run it twice: the second run changes nothing
  multisite rehearse . --json report.json
  multisite rehearse . --clusters                         on a real Kubernetes control plane for each site
  multisite rehearse . --engine pulumi                    the same with the real engine

${EXIT_HELP}`,
    );
  command.action((dir: string, options: RehearseOptions) =>
    run(async (signal) => (await import("./commands/rehearse.js")).rehearse(dir, options, terminal, signal)),
  );
}

function addDrill(program: Command, terminal: Terminal, run: Run): void {
  const command = withCommonOptions(program.command("drill"))
    .description(
      "Runs the fleet's sites as real Kubernetes control planes on this machine, places its workloads, kills sites, and brings them back.",
    )
    .addOption(
      new Option(
        "--scaling <how>",
        "prescaled: each site runs its share after the worst loss already; reserved: autoscalers grow into room kept for it",
      )
        .choices(["prescaled", "reserved"])
        .default("prescaled"),
    )
    .option("--patience <seconds>", "seconds that a step waits until all its pods run", positive, 120)
    .addHelpText(
      "after",
      `
Examples:
  multisite drill examples/three-clouds --lose each       every site in turn
  multisite drill . --lose frankfurt --lose belgium       these two at once
  multisite drill . --lose each --workloads k8s/          with these manifests
  multisite drill . --lose each --scaling reserved        replicas follow the load instead of waiting for it

${EXIT_HELP}`,
    );
  command.action((dir: string, options: DrillCommandOptions) =>
    run(async (signal) => (await import("./commands/drill.js")).drill(dir, options, terminal, signal)),
  );
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError(`Write seconds above 0; got "${text}".`);
  return value;
}

function addToken(program: Command, terminal: Terminal, run: Run): void {
  program
    .command("token")
    .description(
      "Prints a token for a cluster's API server: what the kubeconfigs of a fleet run in place of a cloud's CLI.",
    )
    .argument("<kind>", "eks, gke or aks")
    .option("--cluster <name>", "eks: name of the cluster")
    .option("--region <region>", "eks: region of the cluster")
    .option("--role-arn <arn>", "eks: role to assume")
    .option("--project <id>", "gke: project")
    .option("--tenant <id>", "aks: Entra tenant")
    .action((kind: string, options: Record<string, string>) =>
      run(async () => {
        const { token } = await import("./token/index.js");
        terminal.out(JSON.stringify(await token(kind, options)));
        return EXIT.holds;
      }),
    );
}

function addTraffic(program: Command, terminal: Terminal, run: Run): void {
  program
    .command("traffic")
    .description("Checks what DNS outside the fleet says of it.")
    .command("check")
    .description("Compares the delegation of a zone with the name servers that the fleet's zones have.")
    .argument("<zone>", "the zone, such as example.com")
    .option("--expect <name>", "a name server of the fleet's output nameServers (repeatable)", collect, [])
    .option("--server <address>", "a resolver to ask, with or without :port (repeatable)", collect, [])
    .action((zone: string, options: TrafficCheckOptions) =>
      run(async () => (await import("./commands/traffic.js")).trafficCheck(zone, options, terminal)),
    );
}

const EXIT_HELP = `Exit: 0 everything holds; 1 a mandatory policy or the verdict fails; 2 bad input or a failing program; 130 interrupted.`;

function withCommonOptions(command: Command): Command {
  return command
    .argument("[dir]", "folder of a Pulumi program", ".")
    .option(
      "--workloads <path>",
      "Kubernetes manifests (file, folder, or - for standard input) as the demand, in place of the program's",
    )
    .option(
      "--lose <site>",
      "judge the loss of this site (repeatable: of all these together) instead of every possible one",
      collectOnce,
      [],
    )
    .option("--json <file>", "write the report as JSON (- for standard output, in place of the text)")
    .option(
      "-c, --config <key=value>",
      "configuration of the program (repeatable), beside Pulumi.<stack>.yaml",
      keyValue,
      {},
    )
    .option("-s, --stack <name>", "name of the stack, or organization/name", "rehearsal")
    .option("--reference <stack=file>", REFERENCE, stackFile, {});
}

const REFERENCE =
  "state of a stack that the program has a StackReference to (repeatable), as --state or `pulumi stack export` writes it";

function collect(value: string, all: string[]): string[] {
  return [...all, value];
}

/** A site is lost once, however often it is named. */
function collectOnce(value: string, all: string[]): string[] {
  return [...new Set([...all, value])];
}

const keyValue = pairs("key=value, such as replicas=3");
const stackFile = pairs("stack=file, such as trust/prod=trust.json");

/** Reads what stands on both sides of the first `=`. @param form what the user is to write */
function pairs(form: string) {
  return (text: string, all: Record<string, string>): Record<string, string> => {
    const at = text.indexOf("=");
    if (at < 1) throw new InvalidArgumentError(`Write ${form}; got "${text}".`);
    return { ...all, [text.slice(0, at)]: text.slice(at + 1) };
  };
}

function version(): string {
  // By name, because this file runs from the sources as well as from what is built of them.
  return (require("pulumi-multisite/package.json") as { version: string }).version;
}
