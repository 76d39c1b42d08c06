import { type MeshPlan, peerObjects, peersOf } from "../../../lib/plan/mesh";
import type { Identity } from "../../trust/certificates";
import type { FakeApi } from "../../trust/fakeApi";

/** A site of a mesh, as it tells of itself. */
export interface FakeMeshSite {
  readonly name: string;
  readonly leaf: Identity;
  /** Peers that its agents follow. @default those of the plan */
  readonly ready?: readonly string[];
  /** @default "1.19.5" */
  readonly version?: string;
  /** Bytes that pass to each peer's node. @default 1370 */
  readonly passes?: number;
  /** Peers that are withdrawn. @default none */
  readonly withdrawn?: readonly string[];
}

/** Commands that were run in the agents, without the text of a program. */
export type Ran = string[];

/** Has an API server answer as that of a site in a mesh, with two agents. */
export function serveMesh(api: FakeApi, plan: MeshPlan, site: FakeMeshSite): Ran {
  const { name, leaf, version = "1.19.5", passes = 1370, withdrawn = [] } = site;
  const peers = peersOf(plan, name);
  const ready = site.ready ?? peers.map((peer) => peer.name);
  const { kvstoreMesh, clusterMesh, remoteUsers } = peerObjects(plan, name);
  const followed = Object.fromEntries(Object.entries(clusterMesh).filter(([peer]) => !withdrawn.includes(peer)));
  api.mode = 200;
  api.patched.clear();
  api.answers = new Map<string, unknown>([
    ["/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app=cilium", { items: [pod("cilium-a"), pod("cilium-b")] }],
    [
      "/apis/apps/v1/namespaces/kube-system/deployments/clustermesh-apiserver",
      { spec: { replicas: 2 }, status: { readyReplicas: 2 } },
    ],
    [
      "/api/v1/namespaces/kube-system/services/clustermesh-apiserver",
      {
        status: {
          loadBalancer: { ingress: plan.members.find((one) => one.name === name)?.addresses.map((ip) => ({ ip })) },
        },
      },
    ],
    ["/api/v1/namespaces/kube-system/configmaps/clustermesh-remote-users", { metadata: {}, data: remoteUsers }],
    [
      "/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app=cilium&resourceVersion=0",
      { items: [pod("cilium-a")] },
    ],
    ["/api/v1/namespaces/kube-system/pods?labelSelector=io.cilium/app=operator&resourceVersion=0", { items: [] }],
    ["/api/v1/namespaces/kube-system/secrets/cilium-kvstoremesh", secret(kvstoreMesh)],
    ["/api/v1/namespaces/kube-system/secrets/cilium-clustermesh", secret(followed)],
    ...["server", "admin", "remote", "local"].map(
      (role) =>
        [
          `/api/v1/namespaces/kube-system/secrets/clustermesh-apiserver-${role}-cert`,
          secret({ "tls.crt": leaf.chainPem, "tls.key": leaf.keyPem }),
        ] as const,
    ),
  ]);
  const ran: Ran = [];
  api.exec = (_pod, command) => {
    ran.push(command.filter((word) => !word.includes("\n")).join(" "));
    if (command[0] === "perl") {
      return {
        out: command
          .slice(4)
          .map((address) => `${address} ${command[3]} ${passes}\n`)
          .join(""),
      };
    }
    if (command[1] === "node") return { out: JSON.stringify(nodes(plan)) };
    const clusters = peers.map((peer) => ({ name: peer.name, ready: ready.includes(peer.name) }));
    const msg = `${version} (v${version}-0123456)`;
    return { out: JSON.stringify({ cilium: { msg, state: "Ok" }, "cluster-mesh": { clusters } }) };
  };
  return ran;
}

function pod(name: string): object {
  return {
    metadata: { name },
    spec: { containers: [{ name: "cilium-agent", image: "quay.io/cilium/cilium:v1.19.5@sha256:00" }] },
    status: { conditions: [{ type: "Ready", status: "True" }] },
  };
}

function secret(texts: Readonly<Record<string, string>>): object {
  const data = Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString("base64")]);
  return { metadata: { namespace: "kube-system" }, data: Object.fromEntries(data) };
}

/** Three nodes of each site, of which two are probed. */
function nodes({ members }: MeshPlan): object[] {
  return members.flatMap(({ name, number }) =>
    [10, 11, 12].map((host) => ({
      name: `${name}/node-${host}`,
      "primary-address": { ipv4: { ip: `10.${number}.0.${host}` } },
    })),
  );
}
