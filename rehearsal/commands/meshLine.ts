import type { Command } from "commander";
import type { Terminal } from "../terminal";
import type { MeshStatusOptions } from "./meshStatus";
import type { MeshWithdrawOptions } from "./meshWithdraw";
import { withSiteOptions } from "./siteOptions";

type Run = (command: (signal: AbortSignal) => Promise<number>) => Promise<void>;

/** Adds `multisite mesh` to the command line; what the commands do is loaded when one is run. */
export function addMesh(program: Command, terminal: Terminal, run: Run, exits: string): void {
  const mesh = program
    .command("mesh")
    .description("Shows whether the sites' network is as it is to be, and takes a lost site out of it.");
  withSiteOptions(mesh.command("status"))
    .argument("[dir]", "folder of a Pulumi program", ".")
    .description(
      "Asks every site's agents and mesh API: peers, certificates, versions, addresses, replicas, and what the paths carry.",
    )
    .option("--no-mtu", "send no packets along the paths between the sites")
    .addHelpText("after", EXAMPLES(exits))
    .action((dir: string, options: MeshStatusOptions) =>
      run(async (signal) => (await import("./meshStatus.js")).meshStatus(dir, options, terminal, signal)),
    );
  addWithdraw(mesh, terminal, run, exits);
}

function addWithdraw(mesh: Command, terminal: Terminal, run: Run, exits: string): void {
  withSiteOptions(mesh.command("withdraw"))
    .argument("<site>", "the site that was lost")
    .argument("[dir]", "folder of a Pulumi program", ".")
    .description("Takes a lost site out of its peers' mesh at once, without an update; shows what that does first.")
    .option("--take", "do it; without it nothing is changed", false)
    .addHelpText("after", EXAMPLES(exits))
    .action((site: string, dir: string, options: MeshWithdrawOptions) =>
      run(async (signal) => (await import("./meshWithdraw.js")).meshWithdraw(site, dir, options, terminal, signal)),
    );
}

const EXAMPLES = (exits: string) => `
Examples:
  multisite mesh status --kubeconfigs kubeconfigs/          kubeconfigs/frankfurt.yaml and so on
  multisite mesh status --context frankfurt=fra-admin --context belgium=bru-admin
  multisite mesh status . --kubeconfigs kubeconfigs/ --json - | jq .sites
  multisite mesh withdraw belgium --kubeconfigs kubeconfigs/        what would it change?
  multisite mesh withdraw belgium --kubeconfigs kubeconfigs/ --take

${exits}`;
