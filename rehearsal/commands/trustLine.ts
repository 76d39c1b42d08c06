import type { Command } from "commander";
import type { Terminal } from "../terminal";
import { positive, withSiteOptions } from "./siteOptions";
import type { ExpelOptions } from "./trustExpel";
import type { RotateOptions } from "./trustRotate";
import type { TrustOptions } from "./trustSubject";

type Run = (command: (signal: AbortSignal) => Promise<number>) => Promise<void>;

/** Adds `multisite trust` to the command line; what the commands do is loaded when one is run. */
export function addTrust(program: Command, terminal: Terminal, run: Run, exits: string): void {
  const trust = program
    .command("trust")
    .description("Shows and exchanges the roots that a fleet's sites trust each other by.");
  withOptions(trust.command("status"))
    .argument("[dir]", "folder of a Pulumi program", ".")
    .description("Asks every site which roots it trusts and from which it is issued, and writes the facts down.")
    .addHelpText("after", EXAMPLES(exits))
    .action((dir: string, options: TrustOptions) =>
      run(async (signal) => (await import("./trustStatus.js")).trustStatus(dir, options, terminal, signal)),
    );
  withOptions(trust.command("rotate"))
    .argument("[dir]", "folder of a Pulumi program", ".")
    .description("Shows the next step of a rotation with its gates; with --take, takes it by rewriting the trust file.")
    .option("--to <root>", "name of the root that the rotation leads to, such as g2")
    .option("--site <site>", "issue this site next")
    .option("--back", "towards the safe phase, from wherever the rotation is", false)
    .option("--take", "take the step; without it nothing is changed", false)
    .option("--dry-run", "only show the step: what happens without --take", false)
    .option("--compromised", "no overlap, because a key is in other hands; says what breaks", false)
    .option("--minutes-per-site <minutes>", "with --compromised: what the update of one site takes", positive, 10)
    .addHelpText("after", EXAMPLES(exits))
    .action((dir: string, options: RotateOptions & { dryRun: boolean }) =>
      run(async (signal) =>
        (await import("./trustRotate.js")).trustRotate(
          dir,
          { ...options, take: options.take && !options.dryRun },
          terminal,
          signal,
        ),
      ),
    );
  withOptions(trust.command("expel"))
    .argument("<site>", "the site that was lost or captured")
    .argument("[dir]", "folder of a Pulumi program", ".")
    .description("Closes a site out of all others: peers, users, openings and certificates.")
    .option("--take", "write it to the trust file; without it nothing is changed", false)
    .addHelpText("after", EXAMPLES(exits))
    .action((site: string, dir: string, options: ExpelOptions) =>
      run(async (signal) => (await import("./trustExpel.js")).trustExpel(site, dir, options, terminal, signal)),
    );
}

const EXAMPLES = (exits: string) => `
Examples:
  multisite trust status --kubeconfigs kubeconfigs/         kubeconfigs/frankfurt.yaml and so on
  multisite trust rotate --to g2 --kubeconfigs kubeconfigs/ what comes next, and what holds it up
  multisite trust rotate --to g2 --facts a.json --facts b.json --take
  multisite trust rotate --back
  multisite trust expel belgium --take

${exits}`;

function withOptions(command: Command): Command {
  return withSiteOptions(command)
    .option(
      "--facts <file>",
      "where the facts are written; without kubeconfigs, read from (repeatable) (default: trust-facts.json in dir)",
      collect,
      [],
    )
    .option("--trust-file <file>", "the rotation's data (default: trust.json in dir)");
}

function collect(value: string, all: string[]): string[] {
  return [...all, value];
}
