import type { SitePlan } from "../../../lib/plan/plan";

/** Seconds that a node's lease holds; kwok renews it for every node, as each kubelet does its own. */
const LEASE_SECONDS = 40;

const NOW = "{{ Now | Quote }}";

/** A condition that is true from now on. */
function condition(type: string): string {
  return `- { type: ${type}, status: "True", lastTransitionTime: ${NOW} }`;
}

const REACHED = ["Initialized", "Ready", "ContainersReady"].map(condition).join("\n");

/** Status of a pod whose containers all run. Init containers have ended well, sidecars (restartPolicy Always) run on. */
const RUNNING = `phase: Running
startTime: ${NOW}
conditions:
${REACHED}
{{ range .spec.readinessGates }}
- { type: {{ .conditionType | Quote }}, status: "True", lastTransitionTime: ${NOW} }
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- { name: {{ .name | Quote }}, image: {{ .image | Quote }}, imageID: "", ready: true, started: true, restartCount: 0, state: { running: { startedAt: ${NOW} } } }
{{ end }}
{{ if .spec.initContainers }}
initContainerStatuses:
{{ range .spec.initContainers }}
{{ if eq .restartPolicy "Always" }}
- { name: {{ .name | Quote }}, image: {{ .image | Quote }}, imageID: "", ready: true, started: true, restartCount: 0, state: { running: { startedAt: ${NOW} } } }
{{ else }}
- { name: {{ .name | Quote }}, image: {{ .image | Quote }}, imageID: "", ready: true, restartCount: 0, state: { terminated: { exitCode: 0, reason: Completed, startedAt: ${NOW}, finishedAt: ${NOW} } } }
{{ end }}
{{ end }}
{{ end }}
{{ with NodeIPsWith .spec.nodeName }}
hostIP: {{ index . 0 | Quote }}
hostIPs:
{{ range . }}
- { ip: {{ . | Quote }} }
{{ end }}
{{ end }}
{{ with PodIPsWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) }}
podIP: {{ index . 0 | Quote }}
podIPs:
{{ range . }}
- { ip: {{ . | Quote }} }
{{ end }}
{{ end }}
`;

const DONE = `phase: Succeeded
conditions:
- { type: Ready, status: "False", reason: PodCompleted, lastTransitionTime: ${NOW} }
- { type: ContainersReady, status: "False", reason: PodCompleted, lastTransitionTime: ${NOW} }
containerStatuses:
{{ range .spec.containers }}
- { name: {{ .name | Quote }}, image: {{ .image | Quote }}, imageID: "", ready: false, started: false, restartCount: 0, state: { terminated: { exitCode: 0, reason: Completed, startedAt: ${NOW}, finishedAt: ${NOW} } } }
{{ end }}
`;

interface Selector {
  readonly key: string;
  readonly operator: "Exists" | "DoesNotExist" | "In" | "NotIn";
  readonly values?: readonly string[];
}

const ALIVE: Selector = { key: ".metadata.deletionTimestamp", operator: "DoesNotExist" };
const PENDING: Selector = { key: ".status.phase", operator: "In", values: ["Pending"] };
const RUNS: Selector = { key: ".status.phase", operator: "In", values: ["Running"] };
const OF_JOB: Selector = { key: ".metadata.ownerReferences.[].kind", operator: "In", values: ["Job"] };

/**
 * What the kubelets of a site do, as kwok's stages: a pod that is bound runs at once, a pod of a Job has then done its
 * work, a pod that is to go is gone. Nodes register themselves whole (nodes.ts), so kwok only keeps their leases. And what
 * controllers of a cloud do: a load balancer and an Ingress get their address.
 *
 * Written here and not taken from kwok's own files, so that any kwok that fits will do, wherever it comes from.
 */
export function kwokConfiguration(site: SitePlan): string {
  const getsAddress = { statusTemplate: addressed(site) };
  const documents = [
    {
      apiVersion: "config.kwok.x-k8s.io/v1alpha1",
      kind: "KwokConfiguration",
      options: {
        manageAllNodes: true,
        cidr: site.addresses.podCidr,
        nodeLeaseDurationSeconds: LEASE_SECONDS,
        // Nothing listens: there is no kubelet to ask for logs.
        nodePort: 0,
        // Their defaults count only where there is no configuration.
        nodeLeaseParallelism: 4,
        nodePlayStageParallelism: 4,
        podPlayStageParallelism: 8,
        podsOnNodeSyncParallelism: 4,
      },
    },
    stage("node-stays", "Node", [{ key: ".metadata.name", operator: "Exists" }, NEVER], { statusTemplate: "" }),
    stage("pod-runs", "Pod", [ALIVE, PENDING], { statusTemplate: RUNNING }),
    stage("pod-of-job-is-done", "Pod", [ALIVE, RUNS, OF_JOB], { statusTemplate: DONE }),
    stage("pod-goes", "Pod", [{ key: ".metadata.deletionTimestamp", operator: "Exists" }], { delete: true }),
    stage("service-is-balanced", "Service", [ALIVE, BALANCED, WITHOUT_ADDRESS], getsAddress),
    stage("ingress-is-served", "Ingress", [ALIVE, WITHOUT_ADDRESS], getsAddress, "networking.k8s.io/v1"),
  ];
  return documents.map((document) => JSON.stringify(document, null, 1)).join("\n---\n");
}

const BALANCED: Selector = { key: ".spec.type", operator: "In", values: ["LoadBalancer"] };
const WITHOUT_ADDRESS: Selector = { key: ".status.loadBalancer.ingress", operator: "DoesNotExist" };

/**
 * What the cloud's controllers write once a load balancer is there: AWS names it, all others give an address. Drawn from the
 * object's own number, of the network for tests of devices (RFC 2544), where nobody is.
 */
function addressed({ kind, region }: SitePlan): string {
  const digits = `$digits := regexReplaceAll "[^0-9]" .metadata.uid ""`;
  const octet = (from: number) => `{{ mod (substr ${from} ${from + 3} $digits | atoi) 256 }}`;
  const ingress =
    kind === "eks"
      ? `hostname: "{{ .metadata.name }}-{{ substr 0 10 $digits }}.elb.${region}.amazonaws.com"`
      : `ip: {{ with .spec.loadBalancerIP }}{{ . | Quote }}{{ else }}"198.18.${octet(0)}.${octet(3)}"{{ end }}`;
  return `{{ ${digits} }}\nloadBalancer:\n  ingress:\n  - ${ingress}\n`;
}

/** Matches no node: kwok wants a stage for nodes, and there is nothing left to do to ours. */
const NEVER: Selector = { key: ".metadata.name", operator: "DoesNotExist" };

function stage(
  name: string,
  kind: string,
  matchExpressions: readonly Selector[],
  next: object,
  apiGroup = "v1",
): object {
  return {
    apiVersion: "kwok.x-k8s.io/v1alpha1",
    kind: "Stage",
    metadata: { name },
    spec: { resourceRef: { apiGroup, kind }, selector: { matchExpressions }, next },
  };
}
