import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fleetPlan } from "../../lib/plan/fleetPlan";
import { startKeeper } from "../../rehearsal/clusters/keeper";
import { checkReady } from "../../rehearsal/clusters/sites/client";
import { commandOf, type SiteProgram, writeSite } from "../../rehearsal/clusters/sites/controlPlane";
import { freePort } from "../../rehearsal/clusters/sites/ports";
import type { Toolchain } from "../../rehearsal/clusters/toolchain";
import { until } from "./folders";
import { eksSite, fleetSpec } from "./specs";

/** A real control plane without nodes, so that nothing ever runs in it. */
export interface ControlPlane {
  /** An administrator's, as text. */
  kubeconfig: string;
  endpoint: string;
  caPem: string;
  token: string;
  close(): Promise<void>;
}

/** Whether an API server says that it is ready; false for every other answer, and for none. */
export function isReady(endpoint: string, caPem: string, token: string): Promise<boolean> {
  return checkReady(endpoint, caPem, token).then(
    () => true,
    () => false,
  );
}

/**
 * Starts etcd, an API server and the controllers.
 * @param others more programs of the site, such as the scheduler.
 */
export async function bareControlPlane(tools: Toolchain, others: readonly SiteProgram[] = []): Promise<ControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), "multisite-bare-"));
  const keeper = startKeeper(folder);
  try {
    const [site] = fleetPlan(fleetSpec([eksSite("bare", 1), eksSite("other", 2)])).sites;
    const files = writeSite(site!, join(folder, "1"), await freePort(), randomBytes(24).toString("base64url"));
    const run = (program: SiteProgram) => keeper.start(commandOf(program, site!, files, { tools, sites: 1 }));
    await run("etcd");
    await run("kube-apiserver");
    const { certificate } = files.pki.authority;
    await until(() => isReady(files.endpoint, certificate, files.pki.token), 60);
    for (const program of ["kube-controller-manager", ...others] as const) await run(program);
    return {
      kubeconfig: files.kubeconfig,
      endpoint: files.endpoint,
      caPem: certificate,
      token: files.pki.token,
      close: () => keeper.end(),
    };
  } catch (error) {
    await keeper.end();
    throw error;
  }
}
