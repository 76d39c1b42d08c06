import type { TestContext } from "node:test";
import { temporaryFolder } from "../../support/folders";
import { writeProgram } from "../../support/multisite";

/** A program of two clusters that exist. */
export interface Sample {
  /** What it makes in each of them that is not lost. */
  readonly inEach?: string;
  /** What it makes beside that. */
  readonly more?: string;
  /** Declares turin lost, so that oslo alone runs on this machine. */
  readonly isAlone?: boolean;
}

/** Writes the program `sample`. */
export function program(t: TestContext, { inEach = "", more = "", isAlone = false }: Sample): string {
  const dir = temporaryFolder(t);
  writeProgram(
    dir,
    `const pulumi = require("@pulumi/pulumi");
const k8s = require("@pulumi/kubernetes");
const { Fleet, existing } = require("pulumi-multisite");
const site = (name, number, more) => ({ kind: "existing", name, number, region: name, provider: "vsphere", identity: "uid-" + name,
  allocatable: { cpu: 12, memoryGiB: 48, pods: 330, nodes: 3, verifiedAt: "2026-11-01" },
  cidrs: { nodes: ["192.168." + number + ".0/24"], pods: ["10." + number + ".128.0/17"], services: ["10." + number + ".64.0/18"] }, ...more });
const fleet = new Fleet("sample", { kinds: [existing], kubeconfigs: { oslo: "of/canary-1", turin: "of/canary-2" },
  spec: { demand: { cpu: 4 }, sites: [site("oslo", 1), site("turin", 2, ${isAlone ? `{ state: "lost" }` : "{}"})],
    degradedUntil: ${isAlone ? `"2099-12-31"` : "undefined"} } });
const here = fleet.plan.sites.filter(({ state }) => state !== "lost").map(({ name }) => [name, fleet.sites[name].kubernetes]);
for (const [name, provider] of here) { ${inEach} }
${more}
`,
  );
  return dir;
}
