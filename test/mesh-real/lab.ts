import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Keeper, type Kept, startKeeper } from "../../rehearsal/clusters/keeper";
import type { Toolchain } from "../../rehearsal/clusters/toolchain";
import { writeCompiler } from "./compiler";
import { openGroup, PREFIX } from "./groups";
import type { Machine } from "./prerequisites";
import { PATH, run } from "./run";

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

/** Opens a lab. When it cannot, nothing is left of it. */
export async function openLab(machine: Machine, tools: Toolchain, cilium: string): Promise<Lab> {
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  const keeper = startKeeper(folder);
  const group = openGroup(machine.cgroups, basename(folder));
  const end = async (logs?: string) => {
    if (logs !== undefined) keepLogs(folder, logs);
    await keeper.end();
    await group.end();
  };
  try {
    const overUsrBin = overlay(folder, [...readdirSync(cilium).map((name) => join(cilium, name)), tools.etcd.path]);
    writeCompiler(overUsrBin, machine.clang, join(folder, "compiled"));
    const router = await startRouter(keeper, folder);
    return { keeper, folder, tools, cilium, overUsrBin, group: group.path, router, end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Programs by the names under which the containers call them. */
function overlay(folder: string, programs: readonly string[]): string {
  const at = join(folder, "bin");
  mkdirSync(at);
  for (const program of programs) symlinkSync(program, join(at, basename(program)));
  return at;
}

async function startRouter(keeper: Keeper, folder: string): Promise<number> {
  mkdirSync(join(folder, "router"));
  const kept = await keeper.start({
    command: "/usr/bin/unshare",
    args: ["--net", "--fork", "sleep", "infinity"],
    cwd: "/",
    env: { PATH },
    log: join(folder, "router", "log"),
  });
  const router = await childOf(kept);
  const up = "ip link set lo up; echo 1 > /proc/sys/net/ipv4/ip_forward";
  await run(["nsenter", "-t", String(router), "-n", "sh", "-ec", up]);
  return router;
}

function keepLogs(folder: string, to: string): void {
  for (const site of readdirSync(folder)) {
    const from = join(folder, site, "log");
    if (existsSync(from)) cpSync(from, join(to, site), { recursive: true, force: true });
  }
}

/** The process that `unshare --fork` has started in the new namespaces. */
export async function childOf({ pid }: Kept): Promise<number> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    if (children !== "") return Number(children.split(" ")[0]);
    await sleep(20);
  }
  throw new Error("the namespaces did not come up");
}
