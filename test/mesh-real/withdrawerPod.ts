import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { admissionSpec, deploymentSpec, programObject, roleRules, WITHDRAWER } from "../../lib/mesh/withdrawer/objects";
import { MESH_NAMESPACE, WITHDRAWN_RECORD } from "../../lib/plan/mesh/peers";
import type { WithdrawerPlan } from "../../lib/plan/mesh/withdrawerPlan";
import type { Kept } from "../../rehearsal/clusters/keeper";
import type { RealSite } from "./site";

const PLAN: WithdrawerPlan = { image: "none", atMost: 1 };

/** A withdrawer that runs in a site as its pod would, with its account, its volumes and nothing else. */
export interface WithdrawerPod {
  /** What it has said, a line each. */
  lines(): string[];
  /** Peers that it has withdrawn. */
  withdrawn(): Promise<string[]>;
  /** Runs kubectl as the withdrawer itself. */
  kubectl(args: readonly string[]): Promise<string>;
  /** Ends it, and the kubelet that it needs. */
  stop(): Promise<void>;
}

export async function startWithdrawer(site: RealSite): Promise<WithdrawerPod> {
  await declare(site);
  const kubelet = await startKubelet(site);
  const { node, kubernetes } = site;
  const folder = join(node.folder, "withdrawer");
  const account = join(folder, "account");
  mkdirSync(account, { recursive: true });
  copyFileSync(join(node.folder, "certificates", "apiserver.crt"), join(account, "ca.crt"));
  const token = await kubernetes.kubectl(["-n", MESH_NAMESPACE, "create", "token", WITHDRAWER, "--duration=2h"]);
  writeFileSync(join(account, "token"), token, { mode: 0o600 });
  const [container] = deploymentSpec(PLAN).template.spec.containers;
  const mounts = new Map([
    ["/var/run/secrets/kubernetes.io/serviceaccount", account],
    ["/var/run/multisite/certificates", certificates(site)],
    ["/opt/multisite", programFolder(folder)],
  ]);
  const [, ...command] = container!.command;
  const binds = [...mounts].map(([at, from]) => `mkdir -p ${at} && mount --bind ${from} ${at}`);
  // Of the machine's own file system nothing is changed: the place for the program is made in memory.
  const script = ["mount -t tmpfs tmpfs /opt", ...binds, 'exec "$@"'].join("\n");
  const program = await node.start(
    "withdrawer",
    ["unshare", "-m", "sh", "-ec", script, "sh", process.execPath, ...command],
    {
      POD_NAME: "withdrawer-1",
      KUBERNETES_SERVICE_HOST: node.address,
      KUBERNETES_SERVICE_PORT: "6443",
    },
  );
  return {
    lines: () => site.log("withdrawer").trim().split("\n"),
    async withdrawn() {
      const found = await kubernetes.kubectl([
        "-n",
        MESH_NAMESPACE,
        "get",
        "configmap",
        WITHDRAWN_RECORD,
        "-o",
        "json",
      ]);
      return Object.keys((JSON.parse(found) as { data?: object }).data ?? {});
    },
    async stop() {
      for (const one of [program, kubelet]) {
        one.kill();
        await one.exited;
      }
    },
    kubectl: (args) => kubernetes.kubectl([`--as=system:serviceaccount:${MESH_NAMESPACE}:${WITHDRAWER}`, ...args]),
  };
}

/** kubectl reads what it patches, which the withdrawer does not. */
const FOR_KUBECTL = { apiGroups: [""], resources: ["pods"], verbs: ["get"] };

/** The objects of the component, in this site's API server. */
async function declare({ node, kubernetes }: RealSite): Promise<void> {
  const metadata = { name: WITHDRAWER, namespace: MESH_NAMESPACE };
  const rbac = "rbac.authorization.k8s.io";
  const admission = "admissionregistration.k8s.io/v1";
  const subjects = [{ kind: "ServiceAccount", name: WITHDRAWER, namespace: MESH_NAMESPACE }];
  const pod = (name: string, labels: object) => ({
    ...{ apiVersion: "v1", kind: "Pod", metadata: { name, namespace: MESH_NAMESPACE, labels } },
    spec: { nodeName: node.name, hostNetwork: true, containers: [{ name: "main", image: "none" }] },
  });
  await kubernetes.apply(
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    { apiVersion: `${rbac}/v1`, kind: "Role", metadata, rules: [...roleRules(), FOR_KUBECTL] },
    {
      ...{ apiVersion: `${rbac}/v1`, kind: "RoleBinding", metadata, subjects },
      roleRef: { apiGroup: rbac, kind: "Role", name: WITHDRAWER },
    },
    { apiVersion: admission, kind: "ValidatingAdmissionPolicy", metadata: { name: WITHDRAWER }, spec: admissionSpec() },
    {
      ...{ apiVersion: admission, kind: "ValidatingAdmissionPolicyBinding", metadata: { name: WITHDRAWER } },
      spec: { policyName: WITHDRAWER, validationActions: ["Deny"] },
    },
    { apiVersion: "v1", kind: "ConfigMap", metadata: { ...metadata, name: WITHDRAWN_RECORD } },
    { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata },
    pod("cilium-1", { "k8s-app": "cilium" }),
    pod("cilium-operator-1", { "io.cilium/app": "operator" }),
  );
}

function programFolder(folder: string): string {
  const { data } = programObject(PLAN);
  const items = deploymentSpec(PLAN).template.spec.volumes.flatMap((volume) =>
    "configMap" in volume ? (volume.configMap?.items ?? []) : [],
  );
  for (const { key, path } of items) {
    const file = join(folder, "program", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, (data as Record<string, string>)[key]!);
  }
  return join(folder, "program");
}

/** The Secret that the pod mounts, whose files the agent has under other names. */
function certificates({ node }: RealSite): string {
  const mounted = join(node.folder, "volumes", "cilium-clustermesh-secrets");
  const folder = join(node.folder, "withdrawer", "certificates");
  mkdirSync(folder, { recursive: true });
  for (const [name, from] of [
    ["ca.crt", "common-etcd-client-ca.crt"],
    ["tls.crt", "common-etcd-client.crt"],
    ["tls.key", "common-etcd-client.key"],
  ] as const) {
    writeFileSync(join(folder, name), readFileSync(join(mounted, from)), { mode: 0o600 });
  }
  return folder;
}

/**
 * Does what a kubelet does when an annotation of a pod has changed: brings the Secret that lists the followed peers into the
 * pod's volume, and nothing in between.
 */
async function startKubelet({ node }: RealSite): Promise<Kept> {
  const { token } = (
    JSON.parse(readFileSync(join(node.folder, "kubeconfig"), "utf8")) as {
      users: { user: { token: string } }[];
    }
  ).users[0]!.user;
  const volumes = ["cilium", "cilium-operator"].map((one) =>
    join(node.folder, "volumes", `${one}-clustermesh-secrets`),
  );
  return node.start("kubelet", [process.execPath, "-e", KUBELET, token, ...volumes], {
    NODE_TLS_REJECT_UNAUTHORIZED: "0",
    NODE_NO_WARNINGS: "1",
  });
}

const KUBELET = `
const fs = require("node:fs"), https = require("node:https"), path = require("node:path");
const [token, ...volumes] = process.argv.slice(1);
const base = "/api/v1/namespaces/kube-system/";
const get = (url, each) => https.get({ host: "127.0.0.1", port: 6443, path: base + url, headers: { authorization: "Bearer " + token } }, each);
const mount = () => get("secrets/cilium-clustermesh", (response) => {
  let text = "";
  response.on("data", (part) => { text += part; }).on("end", () => {
    const data = JSON.parse(text).data || {};
    for (const volume of volumes) {
      for (const name of fs.readdirSync(volume)) if (!/etcd-client/.test(name) && !(name in data)) fs.rmSync(path.join(volume, name));
      for (const [name, entry] of Object.entries(data)) {
        const file = path.join(volume, name), now = Buffer.from(entry, "base64");
        if (fs.existsSync(file) && fs.readFileSync(file).equals(now)) continue;
        fs.writeFileSync(volume + ".new", now);
        fs.renameSync(volume + ".new", file);
      }
    }
  });
});
let last = "";
get("pods?watch=1&fieldSelector=metadata.name%3Dcilium-1", (response) => {
  let rest = "";
  response.on("data", (part) => {
    const lines = (rest + part).split("\\n");
    rest = lines.pop();
    for (const line of lines) {
      const now = JSON.stringify(JSON.parse(line).object.metadata.annotations || {});
      if (now !== last) mount();
      last = now;
    }
  });
});`;
