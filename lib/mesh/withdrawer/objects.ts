import { createHash } from "node:crypto";
import { quantities, WITHDRAWER_REQUESTS } from "../../plan/mesh/overhead";
import { MESH_NAMESPACE, WITHDRAWN_RECORD } from "../../plan/mesh/peers";
import { WITHDRAWAL_PACE } from "../../plan/mesh/withdrawal";
import type { WithdrawerPlan } from "../../plan/mesh/withdrawerPlan";
import { LEAF_SECRETS } from "../../plan/trust/objects";
import { AGENT_SOCKET } from "../agentSocket";
import type { WithdrawerSettings } from "./program/main";
import program from "./program.json";

/** Name of everything that belongs to the withdrawer, but for what it writes down. */
export const WITHDRAWER = "multisite-withdrawer";

const FOLDER = "/opt/multisite";
const CERTIFICATES = "/var/run/multisite/certificates";

const metadata = { name: WITHDRAWER, namespace: MESH_NAMESPACE };
const labels = { "app.kubernetes.io/name": WITHDRAWER, "app.kubernetes.io/part-of": "pulumi-multisite" };

/** What the program is told. */
export function settingsOf({ atMost }: WithdrawerPlan): WithdrawerSettings {
  return {
    ...WITHDRAWAL_PACE,
    atMost,
    lease: `/apis/coordination.k8s.io/v1/namespaces/${MESH_NAMESPACE}/leases/${WITHDRAWER}`,
    certificates: CERTIFICATES,
    agentSocket: AGENT_SOCKET.path,
  };
}

/** Paths of the program's files below its folder, by the keys under which a ConfigMap can hold them. */
function files(): [key: string, path: keyof typeof program][] {
  return Object.keys(program).map((path) => [path.replaceAll("/", "__"), path as keyof typeof program]);
}

/** The program and its settings. */
export function programObject(plan: WithdrawerPlan) {
  const texts = Object.fromEntries(files().map(([key, path]) => [key, program[path]]));
  return { metadata, data: { ...texts, "settings.json": JSON.stringify(settingsOf(plan)) } };
}

/** What it may do: see its peers, stop and go on following one, write that down, and refresh pods that follow. */
export function roleRules() {
  const named = (resource: string, verbs: string[], resourceNames: string[], apiGroups = [""]) => ({
    ...{ apiGroups, resources: [resource], resourceNames, verbs },
  });
  return [
    named("secrets", ["get"], ["cilium-kvstoremesh"]),
    named("secrets", ["get", "patch"], ["cilium-clustermesh"]),
    named("configmaps", ["get", "patch"], [WITHDRAWN_RECORD]),
    named("leases", ["get", "patch"], [WITHDRAWER], ["coordination.k8s.io"]),
    { apiGroups: [""], resources: ["pods"], verbs: ["list", "patch"] },
  ];
}

const annotationsOf = (object: string) => `(has(${object}.metadata.annotations) ? ${object}.metadata.annotations : {})`;
const keptIn = (one: string, other: string) =>
  `${annotationsOf(one)}.all(key, key == "multisite/peers-refreshed" || ` +
  `(key in ${annotationsOf(other)} && ${annotationsOf(one)}[key] == ${annotationsOf(other)}[key]))`;

/**
 * Of a pod it may change one annotation, of those that follow peers: a Role can only permit to patch pods altogether, which
 * would be to run anything in kube-system.
 */
export function admissionSpec() {
  const kept = ["spec", "metadata.labels", "metadata.ownerReferences", "metadata.finalizers"];
  const same = kept.map((path) => {
    const [first, second] = path.split(".");
    const has = (object: string) => (second === undefined ? "true" : `has(${object}.${path})`);
    const [own, old] = [`object.${path}`, `oldObject.${path}`];
    return second === undefined
      ? `object.${first} == oldObject.${first}`
      : `${has("object")} == ${has("oldObject")} && (!${has("object")} || ${own} == ${old})`;
  });
  const message = `${WITHDRAWER} may only set the annotation multisite/peers-refreshed of Cilium's pods`;
  const expressions = [
    `has(object.metadata.labels) && (("k8s-app" in object.metadata.labels && object.metadata.labels["k8s-app"] == "cilium") || ` +
      `("io.cilium/app" in object.metadata.labels && object.metadata.labels["io.cilium/app"] == "operator"))`,
    ...same,
    keptIn("object", "oldObject"),
    keptIn("oldObject", "object"),
  ];
  return {
    failurePolicy: "Fail",
    matchConstraints: {
      resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["UPDATE"], resources: ["pods"] }],
    },
    matchConditions: [
      {
        name: "its-own-account",
        expression: `request.userInfo.username == "system:serviceaccount:${MESH_NAMESPACE}:${WITHDRAWER}"`,
      },
    ],
    validations: expressions.map((expression) => ({ expression, message })),
  };
}

/** Two pods, of which one acts: on the host's network, as agents are, since they look at the links between nodes. */
export function deploymentSpec(plan: WithdrawerPlan) {
  const version = createHash("sha256")
    .update(JSON.stringify(programObject(plan).data))
    .digest("hex");
  const items = [...files(), ["settings.json", "settings.json"] as const].map(([key, path]) => ({ key, path }));
  return {
    replicas: 2,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels, annotations: { "multisite/program": version } },
      spec: {
        serviceAccountName: WITHDRAWER,
        hostNetwork: true,
        dnsPolicy: "Default",
        priorityClassName: "system-cluster-critical",
        tolerations: [{ key: "CriticalAddonsOnly", operator: "Exists" }],
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: "kubernetes.io/hostname",
            whenUnsatisfiable: "ScheduleAnyway",
            labelSelector: { matchLabels: labels },
          },
        ],
        containers: [container(plan)],
        volumes: [
          { name: "program", configMap: { name: WITHDRAWER, items } },
          { name: "certificates", secret: { secretName: LEAF_SECRETS.meshRemote.name } },
          AGENT_SOCKET.volume,
        ],
      },
    },
  };
}

function container({ image }: WithdrawerPlan) {
  return {
    name: "withdrawer",
    image,
    command: ["node", `${FOLDER}/lib/mesh/withdrawer/program/main.js`, `${FOLDER}/settings.json`],
    env: [{ name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }],
    resources: { requests: quantities(WITHDRAWER_REQUESTS), limits: { memory: "192Mi" } },
    securityContext: AGENT_SOCKET.securityContext,
    volumeMounts: [
      { name: "program", mountPath: FOLDER, readOnly: true },
      { name: "certificates", mountPath: CERTIFICATES, readOnly: true },
      AGENT_SOCKET.mount,
    ],
  };
}
