import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { DrillReport } from "../rehearsal/drill/report";
import type { Figure } from "./support/figures";

const ROOT = dirname(__dirname);

/** Google's Online Boutique as its project publishes it; without it, the program's own demand. */
const BOUTIQUE = join(ROOT, "..", "shared", "data", "online-boutique.yaml");

/**
 * What a user waits for who loses every site of examples/three-clouds in turn, from the command line to its report: three
 * control planes, Cilium by its chart in each, the workloads, and three losses and returns.
 */
export async function run(): Promise<Figure[]> {
  const what = existsSync(BOUTIQUE) ? ["--workloads", BOUTIQUE] : [];
  const args = ["drill", join("examples", "three-clouds"), "--lose", "each", ...what, "--json", "-"];
  const begun = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [join("bin", "multisite.js"), ...args], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const seconds = (performance.now() - begun) / 1000;
  if (status !== 0) throw new Error(`the drill ended with ${status}: ${stderr}`);
  const { losses } = JSON.parse(stdout) as DrillReport;
  const note = what.length > 0 ? "the boutique, unchanged" : "the demand of the example";
  const slowest = (step: "lost" | "back") =>
    Math.max(
      ...losses.flatMap(({ steps }) => steps.filter((one) => one.step === step).map((one) => one.secondsToFull ?? 0)),
    );
  return [
    {
      name: "drill of three sites, each lost in turn",
      unit: "s",
      value: seconds,
      limit: 180,
      note: `one run; ${note}`,
    },
    { name: "seconds to full capacity after a loss", unit: "s", value: slowest("lost"), note: "the slowest of three" },
    { name: "seconds until a site is back and full", unit: "s", value: slowest("back"), note: "the slowest of three" },
  ];
}
