import { nearest } from "../nearest";
import { ZONE_LABEL } from "../nodeLabels";
import type { Field } from "./fields";
import { checkLabelName } from "./labels";
import { ARCHITECTURE_LABELS, HOST_LABEL, SYSTEM_LABELS } from "./nodeLabels";
import type { OnNote } from "./notes";
import { isNotKnown } from "./unknown";

/** Labels of every node, or of most: Kubernetes' "Well-Known Labels, Annotations and Taints" (v1.34). */
const WELL_KNOWN: readonly string[] = [
  ...[HOST_LABEL, ZONE_LABEL, "topology.kubernetes.io/region", "node.kubernetes.io/instance-type"],
  ...[...ARCHITECTURE_LABELS, ...SYSTEM_LABELS, "beta.kubernetes.io/instance-type"],
  // AKS sets it.
  "kubernetes.io/role",
  ...["failure-domain.beta.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/region"],
];

/** Domains in which nodes have no other label than the well-known ones. */
const CLOSED = /^((beta|topology|failure-domain\.beta)\.)?kubernetes\.io\//;

/** Domains in which Kubernetes, clouds and what runs on nodes give labels that nobody lists. */
const OPEN =
  /(^|\.)(kubernetes\.io|k8s\.io|k8s\.aws|amazonaws\.com|google\.com|gke\.io|azure\.com|karpenter\.sh|cilium\.io)\//;

/**
 * Reads the topology keys of a pod's affinity and spread. What the API server refuses is a problem; a key that no node has is
 * told to `note`, where that is sure: in a domain of Kubernetes' own, or where the labels of all nodes are given.
 * @param nodeLabels keys of the labels of the nodes, without those that Kubernetes and clouds add; undefined: not given
 */
export function checkTopologyKeys(spec: Field, nodeLabels: ReadonlySet<string> | undefined, note: OnNote): void {
  for (const field of topologyKeys(spec)) {
    const key = field.text() ?? "";
    if (key === "") {
      if (field.absent || field.value === "") field.problem(`must be the key of a node's label, such as ${HOST_LABEL}`);
      continue;
    }
    if (isNotKnown(key) || !checkLabelName(field, key) || isOfSomeNode(key, nodeLabels)) continue;
    const near = nearest(key, [...WELL_KNOWN, ...(nodeLabels ?? [])]);
    const hint = near === undefined ? "" : ` (did you mean ${near}?)`;
    note(`The label ${key} of a topologyKey is not among those of the nodes that are given${hint}`);
  }
}

function isOfSomeNode(key: string, nodeLabels: ReadonlySet<string> | undefined): boolean {
  if (WELL_KNOWN.includes(key) || nodeLabels?.has(key) === true) return true;
  return CLOSED.test(key) ? false : OPEN.test(key) || nodeLabels === undefined;
}

function topologyKeys(spec: Field): Field[] {
  const terms = ["podAffinity", "podAntiAffinity"].flatMap((kind) => {
    const affinity = spec.at("affinity", kind);
    const preferred = affinity.at("preferredDuringSchedulingIgnoredDuringExecution").items();
    return [
      ...affinity.at("requiredDuringSchedulingIgnoredDuringExecution").items(),
      ...preferred.map((one) => one.at("podAffinityTerm")),
    ];
  });
  return [...terms, ...spec.at("topologySpreadConstraints").items()].map((one) => one.at("topologyKey"));
}
