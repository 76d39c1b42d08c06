import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { TestContext } from "node:test";
import { isObject } from "../../../rehearsal/clouds/wire";
import { isNotFound } from "../../../rehearsal/clusters/provider/apiError";
import { Connection } from "../../../rehearsal/clusters/provider/connection";
import { readKubeconfig } from "../../../rehearsal/clusters/provider/kubeconfig";
import { listAt, pluck, textAt } from "../../../rehearsal/clusters/provider/objects";
import type { RunResult, Step } from "../../../rehearsal/engine";
import { temporaryFolder } from "../../support/folders";

const MODULES = resolve(__dirname, "../../../node_modules");

export type Passes = "preview" | "up" | "again" | "secondPreview" | "secondUp" | "destroy";

/** One pass as engine-cases record it. */
export interface RecordedPass {
  exit: number;
  steps: { urn: string; op: string }[];
  diagnostics: { urn: string; message: string; severity: string }[];
  objects?: RecordedObject[];
}

export type KubernetesRecord = { [pass in Passes]?: RecordedPass };

/** What is compared of an object. */
export interface RecordedObject {
  path: string;
  namespace: string;
  name: string;
  labels: unknown;
  annotations: unknown;
  data: unknown;
  managers: string[][];
}

/** A project of its own for a program of the cases. */
export function kubernetesCase(test: TestContext, source: string, name: string): string {
  const root = temporaryFolder(test);
  const dir = join(root, name);
  mkdirSync(dir);
  for (const part of [name, "provider.js"]) cpSync(join(source, part), join(root, part), { recursive: true });
  return project(root, dir, "case");
}

/** A folder made a project that runs `index.js`. */
export function project(root: string, dir: string, name: string): string {
  symlinkSync(MODULES, join(root, "node_modules"));
  writeFileSync(join(root, "package.json"), JSON.stringify({ name: "cases", version: "0.0.0" }));
  writeFileSync(join(dir, "Pulumi.yaml"), JSON.stringify({ name, runtime: "nodejs", main: "index.js" }));
  return dir;
}

const order = (left: unknown, right: unknown): number => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1);

/** A pass in the form of the records. */
export function recordedPass({ exit, steps, diagnostics }: RunResult, endpoint: string): RecordedPass {
  const hosts = [endpoint.replace("https://", ""), "127.0.0.1:9"];
  const anonymous = (text: string) => hosts.reduce((all, host) => all.replaceAll(host, "<server>"), text);
  return {
    exit,
    steps: steps.map(recordedStep).sort((a, b) => (a.urn === b.urn ? order(a.op, b.op) : order(a.urn, b.urn))),
    diagnostics: diagnostics
      .map(({ severity, urn, message }) => ({ message: anonymous(message).trim().slice(0, 1500), severity, urn }))
      .sort((a, b) => (a.urn === b.urn ? order(a.message, b.message) : order(a.urn, b.urn))),
  };
}

function recordedStep({ op, urn, detailedDiff, replaceKeys }: Step): { op: string; urn: string } {
  const kinds = Object.entries(detailedDiff ?? {}).map(([path, { kind }]) => [path, kind]);
  return {
    ...(kinds.length === 0 || op === "delete-replaced" ? {} : { detailedDiff: Object.fromEntries(kinds.sort()) }),
    op,
    ...(replaceKeys === undefined ? {} : { replaceKeys }),
    urn,
  };
}

const PATHS = [
  "/api/v1/configmaps",
  "/api/v1/namespaces",
  "/api/v1/secrets",
  "/api/v1/services",
  "/apis/apps/v1/deployments",
  "/apis/batch/v1/jobs",
  "/apis/case.example/v1/sites",
];
/** What a control plane makes by itself. */
const OWN = /^(default|kube-system|kube-node-lease)$/;

/** What lies in a cluster, in the form of the records. */
export async function objectsOf(kubeconfig: string): Promise<RecordedObject[]> {
  const { config } = await readKubeconfig(kubeconfig, {});
  const connection = await Connection.open(config, 10);
  const found: RecordedObject[] = [];
  for (const path of PATHS) {
    const { items } = await connection.list(path).catch((error) => {
      if (isNotFound(error)) return { items: [] };
      throw error;
    });
    for (const item of items) {
      const [namespace, name] = ["namespace", "name"].map((field) => textAt(item, "metadata", field));
      const isOwn = path === "/api/v1/namespaces" ? OWN.test(name!) : namespace === "kube-system";
      if (isOwn || name === "kube-root-ca.crt" || name === "kubernetes") continue;
      found.push(
        comparable({
          path,
          namespace: namespace!,
          name: name!,
          labels: pluck(item, "metadata", "labels") ?? null,
          annotations: pluck(item, "metadata", "annotations") ?? {},
          data: pluck(item, "data") ?? null,
          managers: listAt(item, "metadata", "managedFields")
            .filter(isObject)
            .map(({ manager, operation, subresource }) => [
              String(manager),
              String(operation),
              String(subresource ?? ""),
            ])
            .sort(order),
        }),
      );
    }
  }
  connection.close();
  // The records leave out what nobody owns a field of.
  return found.filter(({ managers }) => managers.length > 0).sort(byPlace);
}

export function byPlace(left: RecordedObject, right: RecordedObject): number {
  return order([left.path, left.namespace, left.name], [right.path, right.namespace, right.name]);
}

/** What is drawn by lot made the same: digits of names, of field managers, and uids. */
export function comparable(object: RecordedObject): RecordedObject {
  const text = JSON.stringify(object)
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<uid>")
    .replace(/-(?:[0-9a-f]{8}|<8 hex>)(?=")/g, "-<8 hex>");
  return JSON.parse(text) as RecordedObject;
}

const WHOLE_PATHS = [
  ...PATHS,
  "/apis/apps/v1/statefulsets",
  "/apis/autoscaling/v2/horizontalpodautoscalers",
  "/apis/batch/v1/cronjobs",
  "/apis/policy/v1/poddisruptionbudgets",
  "/apis/scheduling.k8s.io/v1/priorityclasses",
];

/** What API servers and controllers write by themselves, which differs from run to run. */
const VOLATILE = ["uid", "resourceVersion", "creationTimestamp", "generation", "selfLink", "managedFields"];

/** What lies in a cluster, every field of it but its status and what differs from run to run. */
export async function wholeObjects(kubeconfig: string): Promise<unknown[]> {
  const { config } = await readKubeconfig(kubeconfig, {});
  const connection = await Connection.open(config, 10);
  const found: { path: string; name: string }[] = [];
  for (const path of WHOLE_PATHS) {
    const { items } = await connection.list(path).catch((error) => {
      if (isNotFound(error)) return { items: [] };
      throw error;
    });
    for (const item of items as Record<string, Record<string, unknown>>[]) {
      const { status: _status, metadata = {}, ...rest } = item;
      // Drawn by lot from the site's range.
      if (rest.spec?.clusterIP !== "None") for (const field of ["clusterIP", "clusterIPs"]) delete rest.spec?.[field];
      const name = `${metadata.namespace ?? ""}/${metadata.name}`;
      if (path === "/api/v1/namespaces" ? OWN.test(String(metadata.name)) : /^(kube-system|multisite-)/.test(name))
        continue;
      if (/kube-root-ca\.crt$|^default\/kubernetes$|^\/system-/.test(name)) continue;
      const kept = Object.fromEntries(Object.entries(metadata).filter(([key]) => !VOLATILE.includes(key)));
      const managers = listAt(item, "metadata", "managedFields").filter(isObject);
      const owned = managers.filter(({ subresource }) => subresource === undefined);
      found.push({
        path,
        name,
        ...(JSON.parse(
          JSON.stringify({ ...rest, metadata: kept, owned: owned.map((one) => [one.operation, one.fieldsV1]) }),
        ) as object),
      });
    }
  }
  connection.close();
  return found.sort((a, b) => order([a.path, a.name], [b.path, b.name]));
}
