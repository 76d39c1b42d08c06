import type { TestContext } from "node:test";
import { createColors } from "picocolors";
import type { LocalSites } from "../../rehearsal/clusters/sites";
import { openProgram, type ProgramRun, refuseFailed } from "../../rehearsal/commands/program";
import { withSites } from "../../rehearsal/commands/sites";
import { subjectOf } from "../../rehearsal/commands/subject";
import type { Terminal } from "../../rehearsal/terminal";

const SILENT: Terminal = { out() {}, err() {}, progress() {}, done() {}, colors: createColors(false) };

/**
 * Previews a program, starts a local site for each of its sites, and leaves the run and the sites to the test: what
 * `rehearse --clusters` does before its update. The sites end with the work.
 */
export async function onLocalSites(
  t: TestContext,
  dir: string,
  work: (run: ProgramRun, sites: LocalSites["sites"]) => Promise<void>,
): Promise<void> {
  await withSites(dir, SILENT, new AbortController().signal, async ({ signal, stage, start }) => {
    const run = await openProgram(dir, { config: {}, stack: "rehearsal" }, SILENT, signal, { sites: stage });
    t.after(() => run.session.close());
    const preview = await run.session.preview();
    refuseFailed(preview);
    const { plan } = subjectOf(preview.resources, { manifests: undefined, today: "2026-11-20" });
    const { sites } = await start(plan, preview);
    await work(run, sites);
  });
}
