import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { promisify } from "node:util";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import type { ExistingSiteSpec, FleetSpec } from "../../../lib/plan/spec";
import { kubernetesSource } from "../../../rehearsal/clusters/provider";
import { type LocalSite, localSites } from "../../../rehearsal/clusters/sites";
import type { Toolchain } from "../../../rehearsal/clusters/toolchain";
import { openSession, type RunResult, type Session } from "../../../rehearsal/engine";
import { temporaryFolder } from "../../support/folders";
import { ROOT } from "../../support/multisite";
import { existingSite } from "../../support/specs";
import { webDeployment } from "../../support/webDeployment";
import { project } from "../provider/support";

/** A fleet and what runs in it; of the sites that are not on this machine only the plan is known. */
const PROGRAM = `
const { Fleet, FleetWorkload, existing } = require("pulumi-multisite");
const { spec, kubeconfigs, manifests } = JSON.parse(process.env.LIFE);
const fleet = new Fleet("shop", { kinds: [existing], kubeconfigs, spec });
const here = Object.fromEntries(Object.entries(fleet.sites).filter(([name]) => kubeconfigs[name] !== "elsewhere"));
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

/** A site of two nodes that anybody may have. */
export function smallSite(name: string, number: number, change: Partial<ExistingSiteSpec> = {}): ExistingSiteSpec {
  return existingSite(name, number, {
    allocatable: { cpu: 8, memoryGiB: 32, pods: 220, nodes: 2, verifiedAt: "2026-11-01" },
    cidrs: { nodes: [`192.168.${number}.0/24`], pods: [`172.2${number}.0.0/16`], services: [`172.3${number}.0.0/16`] },
    ...change,
  });
}

/** @param running names of the sites to start. */
export async function lifeLab(
  t: TestContext,
  tools: Toolchain,
  first: Declared,
  running: readonly string[],
): Promise<LifeLab> {
  const local = await localSites(fleetPlan(first.spec), { tools, only: running });
  t.after(() => local.close());
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
  t.after(() => session.close());
  const kubeconfigs = Object.fromEntries(
    first.spec.sites.map(({ name }) => [name, local.sites[name]?.kubeconfig ?? "elsewhere"]),
  );
  const lab: LifeLab = {
    sites: local.sites,
    session,
    declare: (declared) => {
      process.env.LIFE = JSON.stringify({ ...declared, kubeconfigs });
    },
    kubectl: async (site, args, environment = {}) => {
      const env = { ...process.env, ...environment, KUBECONFIG: local.sites[site]?.kubeconfigFile, HOME: root };
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
