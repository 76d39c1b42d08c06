import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { promisify } from "node:util";
import type { FleetSpec } from "../../../lib/plan/spec";
import { kubernetesSource } from "../../../rehearsal/clusters/provider";
import type { LocalSite } from "../../../rehearsal/clusters/sites";
import type { Toolchain } from "../../../rehearsal/clusters/toolchain";
import { openSession, type RunResult, type Session } from "../../../rehearsal/engine";
import { temporaryFolder } from "../../support/folders";
import { ROOT } from "../../support/multisite";
import { sharedSite } from "../../support/shared";
import { webDeployment } from "../../support/webDeployment";
import { project } from "../provider/support";

/** A fleet and what runs in it; of the sites that are not on this machine only the plan is known. */
const PROGRAM = `
const { Fleet, FleetWorkload, existing } = require("pulumi-multisite");
const { spec, kubeconfigs, manifests } = JSON.parse(process.env.LIFE);
const fleet = new Fleet("shop", { kinds: [existing], kubeconfigs, spec });
const here = Object.fromEntries(Object.entries(fleet.sites).filter(([name]) => kubeconfigs[name] !== "of/elsewhere"));
new FleetWorkload("shop", { fleet: { plan: fleet.plan, sites: here }, manifests, scaling: "reserved" });
`;

/** What runs in each site. */
export const WEB = webDeployment(
  '{ name: main, image: "web:1", resources: { requests: { cpu: 500m, memory: 512Mi } } }',
);

/** What the next run of the program declares. */
export interface Declared {
  spec: FleetSpec;
  manifests: string;
}

/** A fleet of existing sites, of which some really run on this machine. */
export interface LifeLab {
  readonly sites: Readonly<Record<string, LocalSite>>;
  readonly session: Session;
  declare(declared: Declared): void;
  /** Runs kubectl in a site, as its administrator does by hand. */
  kubectl(site: string, args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<string>;
}

/** @param running names of the sites that are shared; what the program has made in them goes with the test. */
export async function lifeLab(
  t: TestContext,
  tools: Toolchain,
  first: Declared,
  running: readonly string[],
): Promise<LifeLab> {
  const sites = Object.fromEntries(
    await Promise.all(running.map(async (name) => [name, await sharedSite(tools, name)] as const)),
  );
  const root = temporaryFolder(t);
  const dir = join(root, "life");
  mkdirSync(dir);
  writeFileSync(join(project(root, dir, "life"), "index.js"), PROGRAM);
  const session = await openSession({
    projectDir: dir,
    stack: "dev",
    passphrase: "life",
    sources: [kubernetesSource({ moduleRoots: [ROOT] })],
    refresh: ["kubernetes"],
    continueOnError: true,
  });
  t.after(async () => {
    await session.destroy();
    await session.close();
  });
  const kubeconfigs = Object.fromEntries(
    first.spec.sites.map(({ name }) => [name, sites[name]?.kubeconfig ?? "of/elsewhere"]),
  );
  const lab: LifeLab = {
    sites,
    session,
    declare: (declared) => {
      process.env.LIFE = JSON.stringify({ ...declared, kubeconfigs });
    },
    kubectl: async (site, args, environment = {}) => {
      const env = { ...process.env, ...environment, KUBECONFIG: sites[site]?.kubeconfigFile, HOME: root };
      return (await promisify(execFile)(tools.kubectl.path, [...args], { env })).stdout;
    },
  };
  lab.declare(first);
  t.after(() => delete process.env.LIFE);
  return lab;
}

/** The operations of a run that change something, by kind and name of the resources. */
export function changes({ exit, steps, diagnostics }: RunResult): Record<string, string> {
  assert.equal(exit, 0, JSON.stringify(diagnostics));
  const changed = steps.filter(({ op }) => op !== "same");
  return Object.fromEntries(changed.map(({ type, name, op }) => [`${type.split(":").at(-1)} ${name}`, op]).sort());
}
