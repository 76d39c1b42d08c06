import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { commandLine, reportedHere } from "../../support/commandLine";
import { writeProgram } from "../../support/multisite";
import { existingSite } from "../../support/specs";

const folder = mkdtempSync(join(tmpdir(), "multisite-unlimited-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const site = (name: string, number: number) =>
  existingSite(name, number, {
    cidrs: { nodes: [`192.168.${number}.0/24`], pods: [`172.2${number}.0.0/16`], services: [`172.3${number}.0.0/16`] },
  });
const spec = {
  demand: { workloads: [{ name: "web", replicas: 4, cpu: 1, memoryGiB: 1, ephemeralStorageGiB: 2 }] },
  sites: [site("one", 1), site("two", 2)],
};
writeProgram(
  folder,
  `const { existing, Fleet } = require("pulumi-multisite");
const spec = ${JSON.stringify(spec)};
const kubeconfig = (name) => JSON.stringify({ apiVersion: "v1", kind: "Config", "current-context": "site", users: [{ name: "site", user: {} }],
  clusters: [{ name: "site", cluster: { server: "https://" + name + ".example.com" } }],
  contexts: [{ name: "site", context: { cluster: "site", user: "site" } }] });
new Fleet("sample", { kinds: [existing], spec, kubeconfigs: { one: kubeconfig("one"), two: kubeconfig("two") } });
`,
);

it("storage that a measurement does not name is nowhere shown as a number", async () => {
  const [text, { report }] = [await commandLine(["plan", folder]), await reportedHere(["plan", folder])];
  assert.equal(text.exit, 0, text.stderr);
  assert.match(text.stdout, /ephemeralStorageGiB +8 +not limited +-\n/);
  assert.deepEqual(
    report.sites.map(({ guaranteed }) => guaranteed.ephemeralStorageGiB),
    [null, null],
  );
  const rows = report.capacity.losses.flatMap(({ resources }) => resources.filter(({ have }) => have === null));
  assert.deepEqual(
    rows.map(({ resource, need, headroom }) => [resource, need, headroom]),
    Array(2).fill(["ephemeralStorageGiB", 8, null]),
  );
  assert.doesNotMatch(text.stdout + JSON.stringify(report), /\d{7,}(?!\d*-)/, "no size of which nobody spoke");
});
