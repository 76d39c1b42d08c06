import { createPublicKey, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeKey } from "../../rehearsal/clouds/tls/keys";
import type { Lab } from "./lab";
import type { SiteNode } from "./node";
import { until } from "./run";

/** The control plane of a site, in its node. */
export interface Kubernetes {
  /** Runs kubectl as an administrator. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  apply(...objects: readonly object[]): Promise<void>;
  /** Merges into the status of an object, which a kubelet would write. */
  status(kind: string, name: string, namespace: string, status: object): Promise<void>;
  /** File of a kubeconfig with the token of a service account in kube-system. */
  kubeconfigOf(account: string): Promise<string>;
}

/** Controllers that the mesh needs: the others would make pods that no kubelet runs. */
const CONTROLLERS = [
  "serviceaccount-controller",
  "root-ca-certificate-publisher-controller",
  "endpoints-controller",
  "endpointslice-controller",
  "endpointslice-mirroring-controller",
  "namespace-controller",
];

export async function startKubernetes(lab: Lab, node: SiteNode): Promise<Kubernetes> {
  const { folder, site } = node;
  const at = (name: string) => join(folder, name);
  const key = makeKey("ECDSA", "P256", 0);
  writeFileSync(at("accounts.key"), key.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  writeFileSync(at("accounts.pub"), createPublicKey(key).export({ type: "spki", format: "pem" }));
  const token = randomBytes(16).toString("hex");
  writeFileSync(at("tokens.csv"), `${token},admin,admin,system:masters\n`, { mode: 0o600 });
  writeFileSync(at("kubeconfig"), kubeconfig(token), { mode: 0o600 });
  const loopback = (port: number) => `http://127.0.0.1:${port}`;
  await node.start("k8s-etcd", [
    lab.tools.etcd.path,
    `--data-dir=${at("k8s-etcd")}`,
    "--unsafe-no-fsync",
    `--listen-client-urls=${loopback(12379)}`,
    `--advertise-client-urls=${loopback(12379)}`,
    `--listen-peer-urls=${loopback(12380)}`,
    `--initial-advertise-peer-urls=${loopback(12380)}`,
    `--initial-cluster=default=${loopback(12380)}`,
  ]);
  await node.start("apiserver", [
    lab.tools["kube-apiserver"].path,
    `--etcd-servers=${loopback(12379)}`,
    `--service-cluster-ip-range=${site.addresses.serviceCidr}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${at("accounts.pub")}`,
    `--service-account-signing-key-file=${at("accounts.key")}`,
    `--token-auth-file=${at("tokens.csv")}`,
    "--authorization-mode=RBAC",
    `--cert-dir=${at("certificates")}`,
    `--advertise-address=${node.address}`,
    "--bind-address=0.0.0.0",
    "--secure-port=6443",
    "--allow-privileged=true",
    "--disable-admission-plugins=ServiceAccount",
    "--endpoint-reconciler-type=none",
    "--profiling=false",
  ]);
  const kubernetes = client(lab, node, at("kubeconfig"));
  await until(`the API server of ${site.name}`, 480, () =>
    kubernetes.kubectl(["get", "--raw", "/readyz"]).then(() => true),
  );
  await node.start("controller-manager", [
    lab.tools["kube-controller-manager"].path,
    `--kubeconfig=${at("kubeconfig")}`,
    "--leader-elect=false",
    `--service-account-private-key-file=${at("accounts.key")}`,
    `--controllers=${CONTROLLERS.join(",")}`,
    "--endpointslice-updates-batch-period=0s",
    "--bind-address=127.0.0.1",
  ]);
  return kubernetes;
}

function client(lab: Lab, node: SiteNode, kubeconfigFile: string): Kubernetes {
  const kubectl = (args: readonly string[], input = "") =>
    node.exec([lab.tools.kubectl.path, "--kubeconfig", kubeconfigFile, ...args], { input, env: { HOME: node.folder } });
  return {
    kubectl,
    async apply(...objects) {
      const list = { apiVersion: "v1", kind: "List", items: objects };
      await kubectl(["apply", "--server-side", "--force-conflicts", "-f", "-"], JSON.stringify(list));
    },
    async status(kind, name, namespace, status) {
      const patch = JSON.stringify({ status });
      await kubectl(["-n", namespace, "patch", kind, name, "--subresource=status", "--type=merge", "-p", patch]);
    },
    async kubeconfigOf(account) {
      const token = await kubectl(["-n", "kube-system", "create", "token", account, "--duration=2h"]);
      const file = join(node.folder, `kubeconfig-${account}`);
      writeFileSync(file, kubeconfig(token.trim()), { mode: 0o600 });
      return file;
    },
  };
}

function kubeconfig(token: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "site", cluster: { server: "https://127.0.0.1:6443", "insecure-skip-tls-verify": true } }],
    users: [{ name: "user", user: { token } }],
    contexts: [{ name: "site", context: { cluster: "site", user: "user" } }],
    "current-context": "site",
  });
}

const READY = (type: string, now: string) => ({ type, status: "True", lastTransitionTime: now });

/** The status that a kubelet writes for a pod. */
export function podStatus(address: string, host: string, isReady = true): object {
  const now = new Date().toISOString().replace(/\.\d+/, "");
  const conditions = ["Ready", "ContainersReady"].map((type) => ({
    ...READY(type, now),
    status: isReady ? "True" : "False",
  }));
  return { phase: "Running", podIP: address, podIPs: [{ ip: address }], hostIP: host, conditions };
}

/** The status that a kubelet writes for a node. */
export function nodeStatus(address: string, hostname: string): object {
  const now = new Date().toISOString().replace(/\.\d+/, "");
  return {
    addresses: [
      { type: "InternalIP", address },
      { type: "Hostname", address: hostname },
    ],
    conditions: [{ ...READY("Ready", now), reason: "KubeletReady", message: "ready", lastHeartbeatTime: now }],
    allocatable: { pods: "110" },
    capacity: { pods: "110" },
  };
}
