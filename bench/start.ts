import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { type Figure, median } from "./support/figures";

const ROOT = path.resolve(__dirname, "..");
const RUNS = 3;

/** What a newcomer waits for: `npm start` with packages installed and the library built, processes and all. */
export async function run(): Promise<Figure[]> {
  const seconds = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    const { status, stderr } = spawnSync("npm", ["start"], { cwd: ROOT, encoding: "utf8" });
    if (status !== 0) throw new Error(`npm start ended with ${status}: ${stderr}`);
    return (performance.now() - start) / 1000;
  });
  const [first = 0] = seconds;
  const note = `median of ${RUNS}, the first ${first.toFixed(1)}`;
  return [{ name: "npm start", unit: "s", value: Number(median(seconds).toFixed(1)), limit: 20, note }];
}
