/** Opens a lab with a node in it, for the test of what is left of them, and waits to be ended. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fleetPlan } from "../../lib/plan/fleetPlan";
import type { Toolchain } from "../../rehearsal/clusters/toolchain";
import { eksSite, fleetSpec } from "../support/specs";
import { openLab } from "./lab";
import { startNode } from "./node";
import { type Machine, machine } from "./prerequisites";

/** No program of Cilium's runs, so that any file will do for them. */
function placeholders(): { cilium: string; etcd: string } {
  const folder = mkdtempSync(join(tmpdir(), "multisite-opened-"));
  const cilium = join(folder, "cilium");
  mkdirSync(cilium);
  const etcd = join(folder, "etcd");
  writeFileSync(etcd, "");
  return { cilium, etcd };
}

async function main(how: string | undefined): Promise<void> {
  const { cilium, etcd } = placeholders();
  const lab = await openLab(machine() as Machine, { etcd: { path: etcd } } as Toolchain, cilium);
  const [site] = fleetPlan(fleetSpec([eksSite("frankfurt", 1), eksSite("dublin", 2)])).sites;
  const node = await startNode(lab, site!);
  await node.start("sleeper", ["setsid", "sleep", "1000"]);
  process.stdout.write(
    `${JSON.stringify({ folder: lab.folder, group: lab.group, placeholders: join(cilium, "..") })}\n`,
  );
  if (how === "throws") throw new Error("as a hook that fails");
  setInterval(() => {}, 1000);
}

void main(process.argv[2]);
