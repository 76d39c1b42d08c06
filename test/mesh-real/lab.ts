import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Keeper, type Kept, startKeeper } from "../../rehearsal/clusters/keeper";
import type { Toolchain } from "../../rehearsal/clusters/toolchain";
import type { Machine } from "./prerequisites";

/** Where sites run: a folder, a group of processes, and a router that nothing of the machine is connected to. */
export interface Lab {
  readonly keeper: Keeper;
  readonly folder: string;
  readonly tools: Toolchain;
  /** Folder with Cilium's programs. */
  readonly cilium: string;
  /** Folder that lies over /usr/bin in each node. */
  readonly overUsrBin: string;
  /** Control group above those of the nodes. */
  readonly group: string;
  /** A process in the network namespace of the router. */
  readonly router: number;
  /** Ends all programs; nothing is left. With a folder, logs are kept there first. */
  end(keepLogsIn?: string): Promise<void>;
}

export async function openLab(machine: Machine, tools: Toolchain, cilium: string): Promise<Lab> {
  sweep(machine.cgroups);
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  const keeper = startKeeper(folder);
  const group = join(machine.cgroups, folder.split("/").at(-1)!);
  mkdirSync(group);
  mkdirSync(join(folder, "router"));
  const overUsrBin = join(folder, "bin");
  mkdirSync(overUsrBin);
  for (const name of readdirSync(cilium)) symlinkSync(join(cilium, name), join(overUsrBin, name));
  symlinkSync(tools.etcd.path, join(overUsrBin, "etcd"));
  symlinkSync(machine.clang, join(overUsrBin, "clang"));
  const kept = await keeper.start({
    command: "/usr/bin/unshare",
    args: ["--net", "--fork", "sleep", "infinity"],
    cwd: "/",
    env: { PATH: PATH },
    log: join(folder, "router", "log"),
  });
  const router = await childOf(kept);
  await run([
    "nsenter",
    "-t",
    String(router),
    "-n",
    "sh",
    "-ec",
    "ip link set lo up; echo 1 > /proc/sys/net/ipv4/ip_forward",
  ]);
  return {
    keeper,
    folder,
    tools,
    cilium,
    overUsrBin,
    group,
    router,
    end: (logs) => end({ keeper, folder, group }, logs),
  };
}

export const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

async function end({ keeper, folder, group }: Pick<Lab, "keeper" | "folder" | "group">, logs?: string): Promise<void> {
  if (logs !== undefined) {
    for (const site of readdirSync(folder)) {
      const from = join(folder, site, "log");
      if (existsSync(from)) cpSync(from, join(logs, site), { recursive: true, force: true });
    }
  }
  await keeper.end();
  await removeGroups(group);
}

const PREFIX = "multisite-mesh-";

/** Groups of labs that were killed: their processes and folders went with them, and only their names are left. */
function sweep(cgroups: string): void {
  for (const left of readdirSync(cgroups).filter((name) => name.startsWith(PREFIX))) {
    if (existsSync(join(tmpdir(), left))) continue;
    try {
      removeEmpty(join(cgroups, left));
    } catch {
      // It is another lab's, which is about to end.
    }
  }
}

function removeEmpty(group: string): void {
  for (const one of readdirSync(group, { withFileTypes: true }))
    if (one.isDirectory()) rmdirSync(join(group, one.name));
  rmdirSync(group);
}

/** A group can go once the last of its processes is reaped. */
async function removeGroups(group: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    try {
      removeEmpty(group);
      return;
    } catch {
      await sleep(100);
    }
  }
}

/** The process that `unshare --fork` has started in the new namespaces. */
export async function childOf({ pid }: Kept): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    if (children !== "") return Number(children.split(" ")[0]);
    await sleep(20);
  }
  throw new Error("the namespaces did not come up");
}

export interface RunOptions {
  readonly input?: string;
  readonly timeoutSeconds?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end. @throws Error with what it said. */
export function run([command, ...args]: readonly string[], options: RunOptions = {}): Promise<string> {
  const { input = "", timeoutSeconds = 60, env = {} } = options;
  return new Promise((resolve, reject) => {
    const child = execFile(
      command!,
      args,
      { timeout: timeoutSeconds * 1000, killSignal: "SIGKILL", maxBuffer: 64e6, env: { PATH, ...env } },
      (error, out, said) => {
        if (error === null) resolve(out);
        else
          reject(
            new Error(`${command} ${args.slice(0, 24).join(" ")}: ${error.message.slice(-300)}\n${said.slice(-1500)}`),
          );
      },
    );
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}
