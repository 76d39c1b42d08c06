import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { reasonOf } from "../../rehearsal/clusters/sites/bounded";
import { meshReaderOf } from "../../rehearsal/mesh/reader";
import { readerOf } from "../../rehearsal/trust/reader";
import { siteAnswering } from "../support/apiServer";
import { temporaryFolder } from "../support/folders";

test("a site whose answers are no API server's is not reached, and nothing of what it sent is told", async (t) => {
  const rows: [type: string, body: string, reason: string][] = [
    ["text/html", "<html>S3CR3T</html>", "it answered with text/html, as no API server does"],
    ["application/json", '{"kind":"S3CR3T"}', "it answered with what is no list, as no API server does"],
  ];
  for (const [type, body, reason] of rows) {
    const { name, kubeconfig } = await siteAnswering(t, "oslo", () => ({ type, body }));
    const file = join(temporaryFolder(t), "kubeconfig");
    writeFileSync(file, kubeconfig);
    const [trust, mesh] = [await readerOf(name, { file }, 10), await meshReaderOf(name, { file }, 10)];
    const questions = [
      () => trust.labelled("ConfigMap", "a=b"),
      () => trust.labelled("Secret", "a=b"),
      () => trust.rolled("Deployment", "shop", "web"),
      () => mesh.agents(),
    ];
    for (const asked of questions)
      await assert.rejects(asked(), (error) => {
        assert.equal(reasonOf(error, "Secrets"), reason);
        return true;
      });
  }
});
