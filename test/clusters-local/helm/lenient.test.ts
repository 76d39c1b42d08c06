import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { HelmSession } from "../../../rehearsal/clusters/helm/session";
import { lenientWebhooks } from "../../../rehearsal/clusters/helm/webhooks";
import { temporaryFolder } from "../../support/folders";

const WEBHOOK = `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata:
  name: guard
webhooks:
- name: guard.example.com
  failurePolicy: Fail
  clientConfig:
    service:
      name: guard
      namespace: default
`;
const API = `apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata:
  name: v1beta1.metrics.k8s.io
`;
const DEFINITION = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: pools.example.com
spec:
  conversion:
    strategy: Webhook
    webhook:
      clientConfig:
        service:
          name: guard
          namespace: default
`;
const OTHER = `apiVersion: v1
kind: ConfigMap
metadata:
  name: APIService
data:
  text: "kind: APIService"
`;

test("where pods run nothing, webhooks refuse nothing, APIs that would answer nothing are left out, and all else stays", (t) => {
  const folder = temporaryFolder(t);
  const session = {
    write: (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    },
  } as unknown as HelmSession;
  const [, program = "", , script = ""] = lenientWebhooks(session);
  const { stdout } = spawnSync(program, [script], {
    input: `---\n${OTHER}---\n${API}---\n${WEBHOOK}---\n${DEFINITION}`,
    encoding: "utf8",
  });
  assert.ok(stdout.includes(OTHER));
  assert.doesNotMatch(stdout, /v1beta1\.metrics\.k8s\.io/);
  assert.match(stdout, /failurePolicy: Ignore/);
  assert.match(stdout, /name: pools\.example\.com\nspec:\n {2}conversion:\n {4}strategy: None\n$/);
});
