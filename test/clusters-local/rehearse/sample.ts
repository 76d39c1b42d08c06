import type { TestContext } from "node:test";
import { temporaryFolder } from "../../support/folders";
import { writeProgram } from "../../support/multisite";

/** Two clusters that exist, and what a program makes in each of them. */
export function program(t: TestContext, inEach: string, more = ""): string {
  const dir = temporaryFolder(t);
  writeProgram(
    dir,
    `const k8s = require("@pulumi/kubernetes");
const { Fleet, existing } = require("pulumi-multisite");
const site = (name, number) => ({ kind: "existing", name, number, region: name, provider: "vsphere", identity: "uid-" + name,
  allocatable: { cpu: 12, memoryGiB: 48, pods: 330, nodes: 3, verifiedAt: "2026-11-01" },
  cidrs: { nodes: ["192.168." + number + ".0/24"], pods: ["10." + number + ".128.0/17"], services: ["10." + number + ".64.0/18"] } });
const fleet = new Fleet("sample", { kinds: [existing], kubeconfigs: { oslo: "canary-1", turin: "canary-2" },
  spec: { demand: { cpu: 4 }, sites: [site("oslo", 1), site("turin", 2)] } });
for (const [name, { kubernetes: provider }] of Object.entries(fleet.sites)) { ${inEach} }
${more}
`,
  );
  return dir;
}
