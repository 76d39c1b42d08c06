import type { Properties } from "../../../rehearsal/engine/provider";

const labels = (app: string) => ({ app });
/** A pod of one container, as a template. */
export const pods = (name: string, cpu: string, more: Properties = {}) => ({
  metadata: { labels: labels(name) },
  spec: { containers: [{ name: "main", image: "none", resources: { requests: { cpu } } }], ...more },
});
/** A Deployment and its like. */
export const workload = (name: string, cpu: string, more: Properties = {}) => ({
  metadata: { name },
  spec: { selector: { matchLabels: labels(name) }, template: pods(name, cpu), ...more },
});
/** What the pods of a Job have to say. */
export const JOB = { restartPolicy: "Never" };
const definition = (plural: string, kind: string) => ({
  metadata: { name: `${plural}.case.example` },
  spec: {
    group: "case.example",
    scope: "Namespaced",
    names: { plural, singular: plural.slice(0, -1), kind },
    versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
  },
});
const DEFINITION = "apiextensions.k8s.io/v1:CustomResourceDefinition";
const claim = (name: string, storageClassName: string) => ({
  metadata: { name },
  spec: { accessModes: ["ReadWriteOnce"], storageClassName, resources: { requests: { storage: "1Gi" } } },
});

/** Every kind that the real provider waits for, and what says that one is ready. */
export const READY: { readonly [type: string]: { inputs: Properties; path: string; is: unknown } } = {
  "apps/v1:Deployment": { inputs: workload("ready-deployment", "100m", { replicas: 2 }), path: "readyReplicas", is: 2 },
  "apps/v1:StatefulSet": {
    inputs: workload("ready-set", "100m", { replicas: 2, serviceName: "ready-set" }),
    path: "readyReplicas",
    is: 2,
  },
  "apps/v1:DaemonSet": { inputs: workload("ready-agent", "100m"), path: "numberReady", is: 2 },
  "batch/v1:Job": {
    inputs: { metadata: { name: "ready-job" }, spec: { completions: 2, template: pods("ready-job", "100m", JOB) } },
    path: "succeeded",
    is: 2,
  },
  "core/v1:Pod": {
    inputs: { ...pods("ready-pod", "100m"), metadata: { name: "ready-pod" } },
    path: "phase",
    is: "Running",
  },
  "core/v1:ReplicationController": {
    inputs: {
      metadata: { name: "ready-controller" },
      spec: { replicas: 2, selector: labels("ready-controller"), template: pods("ready-controller", "100m") },
    },
    path: "availableReplicas",
    is: 2,
  },
  "core/v1:Service": {
    inputs: { metadata: { name: "ready-service" }, spec: { selector: labels("ready-set"), ports: [{ port: 80 }] } },
    path: "loadBalancer",
    is: {},
  },
  "networking.k8s.io/v1:Ingress": {
    inputs: {
      metadata: { name: "ready-ingress" },
      spec: { defaultBackend: { service: { name: "ready-service", port: { number: 80 } } } },
    },
    path: "loadBalancer.ingress.length",
    is: 1,
  },
  "core/v1:PersistentVolume": {
    inputs: {
      metadata: { name: "ready-volume" },
      spec: {
        capacity: { storage: "1Gi" },
        accessModes: ["ReadWriteMany"],
        storageClassName: "by-hand",
        nfs: { server: "nfs.example", path: "/" },
      },
    },
    path: "phase",
    is: "Available",
  },
  // Bound when its first pod comes: until then, pending is all that can be waited for.
  "core/v1:PersistentVolumeClaim": { inputs: claim("ready-claim", "first-pod"), path: "phase", is: "Pending" },
  "core/v1:ResourceQuota": {
    inputs: { metadata: { name: "ready-quota" }, spec: { hard: { "count/leases.coordination.k8s.io": "50" } } },
    path: "hard",
    is: { "count/leases.coordination.k8s.io": "50" },
  },
  [DEFINITION]: { inputs: definition("lakes", "Lake"), path: "acceptedNames.kind", is: "Lake" },
};

const TOO_LARGE = /0\/2 nodes are available: 2 Insufficient cpu/;

/** A rule of an Ingress that leads to a Service that nobody has. */
const RULE = {
  host: "shop.example.com",
  http: { paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "nobody", port: { number: 80 } } } }] },
};

/** The same kinds, but for Services, where nothing can ever come of it, and what is said. */
export const GIVEN_UP: { readonly [type: string]: { inputs: Properties; says: readonly RegExp[] } } = {
  "apps/v1:Deployment": {
    inputs: workload("large-deployment", "64"),
    says: [
      /'large-deployment' timed out waiting to be Ready/,
      /\[MinimumReplicasUnavailable\] Deployment does not have minimum availability/,
      /\[Pod large-deployment-[^\]]*\]: 0\/2 nodes are available/,
    ],
  },
  "apps/v1:StatefulSet": {
    inputs: workload("large-set", "64", { serviceName: "large-set" }),
    says: [/'large-set' timed out waiting to be Ready/, /0 out of 1 replicas succeeded readiness checks/, TOO_LARGE],
  },
  "apps/v1:DaemonSet": {
    inputs: workload("large-agent", "64"),
    says: [/'large-agent' timed out waiting to be Ready/, /Ready: 0\/2/, /\[Pod large-agent-\w+\]: .*Insufficient cpu/],
  },
  "batch/v1:Job": {
    inputs: { metadata: { name: "large-job" }, spec: { template: pods("large-job", "64", JOB) } },
    says: [
      /'large-job' timed out waiting to be Ready/,
      /Waiting for Job "large-job" to succeed \(Active: 1 /,
      TOO_LARGE,
    ],
  },
  "core/v1:Pod": {
    inputs: { ...pods("large-pod", "64"), metadata: { name: "large-pod" } },
    says: [/'large-pod' timed out waiting to be Ready/, TOO_LARGE],
  },
  "core/v1:ReplicationController": {
    inputs: {
      metadata: { name: "large-controller" },
      spec: { replicas: 1, selector: labels("large-controller"), template: pods("large-controller", "64") },
    },
    says: [/0 of 1 replicas are available/],
  },
  "networking.k8s.io/v1:Ingress": {
    inputs: {
      metadata: { name: "no-service" },
      spec: { rules: [RULE] },
    },
    says: [/No matching service found for ingress rule: "shop.example.com\/" -> "nobody"/],
  },
  "core/v1:PersistentVolumeClaim": {
    inputs: claim("no-claim", "nobodys"),
    says: [/PersistentVolumeClaim: \[no-claim\] is not ready. status.phase currently at: Pending/],
  },
  "core/v1:Secret": {
    inputs: {
      metadata: { name: "no-token", annotations: { "kubernetes.io/service-account.name": "nobody" } },
      type: "kubernetes.io/service-account-token",
    },
    says: [/no token was filled in; does the service account exist\?|was deleted while it was waited for/],
  },
  [DEFINITION]: { inputs: definition("lagoons", "Lake"), says: [/Conflict\] "Lake(List)?" is already in use/] },
};

const NOBODY = { serviceAccountName: "nobody" };

/** Kinds whose pods the API server refuses, and what it says. */
export const REFUSED: typeof GIVEN_UP = {
  "apps/v1:Deployment": {
    inputs: workload("no-deployment", "100m", { template: pods("no-deployment", "100m", NOBODY) }),
    says: [/Minimum/, /\[FailedCreate\] pods "no-deployment-\w+-" is forbidden: .*serviceaccount "nobody" not found/],
  },
  "apps/v1:StatefulSet": {
    inputs: workload("no-set", "100m", { serviceName: "no-set", template: pods("no-set", "100m", NOBODY) }),
    says: [/0 out of 1 replicas/, /pods "no-set-0" is forbidden: .*serviceaccount "nobody" not found/],
  },
  "batch/v1:Job": {
    inputs: { metadata: { name: "no-job" }, spec: { template: pods("no-job", "100m", { ...JOB, ...NOBODY }) } },
    says: [/Waiting for Job "no-job"/, /pods "no-job-" is forbidden: .*serviceaccount "nobody" not found/],
  },
};
