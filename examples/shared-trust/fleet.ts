import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FleetSpec } from "pulumi-multisite";
import { type RotationSpec, withoutExpelled } from "pulumi-multisite/plan";

/** Which roots there are and who is issued from which. `multisite trust rotate` and `expel` rewrite it. */
const rotation: RotationSpec = JSON.parse(readFileSync(join(__dirname, "trust.json"), "utf8"));

/** Three regions; in each, cert-manager signs for the workloads of its site. Every stack plans by this one spec. */
const site = (name: string, number: number, region: string): FleetSpec["sites"][number] => ({
  ...{ name, number, kind: "eks", account: "111122223333", region },
  apiAccess: { mode: "private" },
  pools: [{ name: "apps", machineType: "m6i.xlarge", nodes: 4 }],
});
const whole: FleetSpec = {
  demand: { cpu: 20, memoryGiB: 72, pods: 300 },
  trust: { trustDomain: "shop.example.com", signers: ["certManager"], rotation },
  sites: [site("frankfurt", 1, "eu-central-1"), site("dublin", 2, "eu-west-1"), site("stockholm", 3, "eu-north-1")],
};

/** A site that `multisite trust expel` closed out is lost to the others. */
export const spec = withoutExpelled(whole, rotation);
