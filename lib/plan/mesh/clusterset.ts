import type { SitePlan } from "../plan";
import { isOpen } from "../schedulable";
import type { SiteKind } from "../spec";
import { COREDNS } from "../versions";
import { corefile, stubBlock } from "./corefile";
import type { MeshPlan } from "./meshPlan";

/** What `clusterset.local` is answered by in one site: a CoreDNS of ours, and how the cluster's own DNS leads there. */
export interface ClustersetDns {
  /** Fixed address of its Service. */
  readonly address: string;
  readonly objects: readonly ClustersetObject[];
  readonly stub: DnsStub;
}

/** An object of Kubernetes, as plain data. */
export interface ClustersetObject {
  readonly kind:
    | "ServiceAccount"
    | "ClusterRole"
    | "ClusterRoleBinding"
    | "ConfigMap"
    | "Deployment"
    | "Service"
    | "PodDisruptionBudget";
  readonly name: string;
  /** Absent for objects of the whole cluster. */
  readonly namespace?: string;
  /** Everything but `apiVersion`, `kind` and `metadata`. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** What each cloud lets a team say to the cluster's own DNS, which it would put back in any other place. */
export type DnsStub =
  /** EKS: the configuration of its add-on, which takes a Corefile whole. */
  | { readonly how: "addon"; readonly configurationValues: string }
  /** AKS (`coredns-custom`) and GKE (`kube-dns`): one key of a ConfigMap in kube-system that is theirs. */
  | { readonly how: "configMap"; readonly name: string; readonly data: Readonly<Record<string, string>> };

export const CLUSTERSET_DNS = "clusterset-dns";
const NAMESPACE = "kube-system";
const LABELS = { "app.kubernetes.io/name": CLUSTERSET_DNS };

/** What one of its pods requests: CoreDNS's figures of kubeadm (Kubernetes 1.35, cmd/kubeadm/app/phases/addons/dns). */
export const CLUSTERSET_REQUESTS = { cpuMillis: 100, memoryMiB: 70 } as const;

/**
 * The DNS of the Multi-Cluster Services API in one site; undefined where no such names are: without a mesh of Cilium, and in
 * a cluster that exists, whose DNS is its team's.
 */
export function clustersetDns(site: SitePlan, mesh: MeshPlan | undefined): ClustersetDns | undefined {
  if (mesh?.implementation !== "cilium" || site.kind === "existing") return undefined;
  const address = addressAfter(site.addresses.dnsServiceIp);
  return { address, objects: objects(site, address), stub: STUBS[site.kind](address) };
}

/**
 * The address after that of the cluster's own DNS: both lie in the part of the service range from which Kubernetes gives
 * none away by itself, 16 addresses at least (Kubernetes, "Service ClusterIP allocation").
 */
function addressAfter(dnsServiceIp: string): string {
  const octets = dnsServiceIp.split(".");
  return [...octets.slice(0, 3), Number(octets[3]) + 1].join(".");
}

const STUBS: Readonly<Record<Exclude<SiteKind, "existing">, (address: string) => DnsStub>> = {
  eks: (address) => ({ how: "addon", configurationValues: JSON.stringify({ corefile: corefile("eks", address) }) }),
  // kube-dns answers by dnsmasq, which takes servers of single domains as JSON.
  gke: (address) => ({
    how: "configMap",
    name: "kube-dns",
    data: { stubDomains: JSON.stringify({ "clusterset.local": [address] }) },
  }),
  aks: (address) => ({ how: "configMap", name: "coredns-custom", data: { "clusterset.server": stubBlock(address) } }),
};

function objects(site: SitePlan, address: string): ClustersetObject[] {
  const subjects = [{ kind: "ServiceAccount", name: CLUSTERSET_DNS, namespace: NAMESPACE }];
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: CLUSTERSET_DNS };
  const nodes = site.pools.filter(isOpen).reduce((sum, pool) => sum + pool.nodes, 0);
  const replicas = Math.max(1, Math.min(2, nodes));
  const inside = { name: CLUSTERSET_DNS, namespace: NAMESPACE };
  return [
    { kind: "ServiceAccount", ...inside, body: {} },
    { kind: "ClusterRole", name: CLUSTERSET_DNS, body: { rules: RULES } },
    { kind: "ClusterRoleBinding", name: CLUSTERSET_DNS, body: { roleRef, subjects } },
    { kind: "ConfigMap", ...inside, body: { data: { Corefile: corefile("clusterset") } } },
    { kind: "Deployment", ...inside, body: { spec: deployment(replicas) } },
    { kind: "Service", ...inside, body: { spec: { clusterIP: address, selector: LABELS, ports: servicePorts() } } },
    ...(replicas > 1
      ? [
          {
            kind: "PodDisruptionBudget" as const,
            ...inside,
            body: { spec: { minAvailable: 1, selector: { matchLabels: LABELS } } },
          },
        ]
      : []),
  ];
}

/** What CoreDNS looks at for these names, and no Secret. */
const RULES = [
  { apiGroups: [""], resources: ["endpoints", "services", "pods", "namespaces"], verbs: ["list", "watch"] },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
  { apiGroups: ["multicluster.x-k8s.io"], resources: ["serviceimports"], verbs: ["list", "watch"] },
];

const DNS_PORTS = [
  { name: "dns", protocol: "UDP" },
  { name: "dns-tcp", protocol: "TCP" },
];

/** Both protocols: a cache before it may ask by TCP alone. */
function servicePorts() {
  return DNS_PORTS.map(({ name, protocol }) => ({ name, protocol, port: 53, targetPort: name }));
}

function deployment(replicas: number) {
  return {
    replicas,
    strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
    selector: { matchLabels: LABELS },
    template: {
      metadata: { labels: LABELS },
      spec: {
        serviceAccountName: CLUSTERSET_DNS,
        priorityClassName: "system-cluster-critical",
        // Its own names are not its business, and the cluster's DNS asks it in turn.
        dnsPolicy: "Default",
        tolerations: [{ key: "CriticalAddonsOnly", operator: "Exists" }],
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: "kubernetes.io/hostname",
            whenUnsatisfiable: "ScheduleAnyway",
            labelSelector: { matchLabels: LABELS },
          },
        ],
        containers: [container()],
        volumes: [{ name: "config", configMap: { name: CLUSTERSET_DNS } }],
      },
    },
  };
}

function container() {
  const { cpuMillis, memoryMiB } = CLUSTERSET_REQUESTS;
  return {
    name: "coredns",
    image: COREDNS.image,
    args: ["-conf", "/etc/coredns/Corefile"],
    ports: DNS_PORTS.map(({ name, protocol }) => ({ name, protocol, containerPort: 53 })),
    resources: { requests: { cpu: `${cpuMillis}m`, memory: `${memoryMiB}Mi` }, limits: { memory: "170Mi" } },
    livenessProbe: { httpGet: { path: "/health", port: 8080 }, initialDelaySeconds: 60, failureThreshold: 5 },
    readinessProbe: { httpGet: { path: "/ready", port: 8181 } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      // The program carries this capability in its file: without it, it would not even start.
      capabilities: { add: ["NET_BIND_SERVICE"], drop: ["ALL"] },
    },
    volumeMounts: [{ name: "config", mountPath: "/etc/coredns", readOnly: true }],
  };
}
