import { createPublicKey, randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeKey } from "../../rehearsal/clouds/tls/keys";
import { Kinds, type KubernetesObject } from "./kinds";
import type { Lab } from "./lab";
import type { SiteNode } from "./node";
import type { Call } from "./nodeApis";
import { until } from "./run";

/** The control plane of a site, in its node. */
export interface Kubernetes {
  /** Runs kubectl as an administrator. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /** Asks the API server as an administrator. @throws Error with what it said, where that is no success. */
  ask(path: string, call?: Call): Promise<string>;
  /** Reads an object. @throws Error where it is not there */
  read<T>(object: KubernetesObject): Promise<T>;
  /** Applies objects on the server, one after the other. */
  apply(...objects: readonly object[]): Promise<void>;
  /** Merges into the status of an object, which a kubelet would write. */
  status(object: KubernetesObject, status: object): Promise<void>;
  /** A token of a service account in kube-system. */
  tokenOf(account: string): Promise<string>;
  /** File of a kubeconfig with such a token. */
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
  const kubernetes = client(lab, node, at("kubeconfig"), token);
  await until(`the API server of ${site.name}`, 480, () => kubernetes.ask("/readyz").then(() => true));
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

function client(lab: Lab, node: SiteNode, kubeconfigFile: string, token: string): Kubernetes {
  const kubectl = (args: readonly string[], input = "") =>
    node.exec([lab.tools.kubectl.path, "--kubeconfig", kubeconfigFile, ...args], { input, env: { HOME: node.folder } });
  const ask = (path: string, { headers, ...call }: Call = {}) =>
    node.apis.server(path, { ...call, headers: { ...headers, authorization: `Bearer ${token}` } });
  const kinds = new Kinds(ask);
  const patch = (path: string, type: string, body: object) =>
    ask(path, { method: "PATCH", headers: { "content-type": `application/${type}` }, body });
  return {
    kubectl,
    ask,
    read: async (object) => JSON.parse(await ask(await kinds.pathOf(object))),
    async apply(...objects) {
      for (const one of objects as readonly KubernetesObject[])
        await patch(
          `${await kinds.pathOf(one)}?fieldManager=kubectl&force=true&fieldValidation=Strict`,
          "apply-patch+yaml",
          one,
        );
    },
    async status(object, status) {
      await patch(`${await kinds.pathOf(object)}/status`, "merge-patch+json", { status });
    },
    tokenOf: (account) => tokenOf(ask, account),
    async kubeconfigOf(account) {
      const file = join(node.folder, `kubeconfig-${account}`);
      if (!existsSync(file)) writeFileSync(file, kubeconfig(await tokenOf(ask, account)), { mode: 0o600 });
      return file;
    },
  };
}

async function tokenOf(ask: Kubernetes["ask"], account: string): Promise<string> {
  const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 7200 } };
  const path = `/api/v1/namespaces/kube-system/serviceaccounts/${account}/token`;
  const answer = await ask(path, { method: "POST", body, headers: JSON_TYPE });
  return (JSON.parse(answer) as { status: { token: string } }).status.token;
}

const JSON_TYPE = { "content-type": "application/json" };

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
