import { plainReader, reader } from "./read";
import type { ObservedResource, Unjudged } from "./types";

/** Nodes that come from somewhere else than a managed pool that is understood: they are seen, named, and count as nothing. */

const DECLARE = "It counts as nothing: declare what it guarantees under `pools` in the pack's configuration.";

const AUTOSCALING_GROUP = "aws:autoscaling/group:Group";
const CLUSTER_TAG = /^(kubernetes\.io\/cluster\/|k8s\.io\/cluster-autoscaler\/|eks:cluster-name$)/;

const OTHER_PROVIDER = "is made by a provider whose clusters and pools are not judged";

const SENTENCES: readonly (readonly [RegExp, string])[] = [
  [/^aws-native:eks:(Cluster|Nodegroup|FargateProfile)$/, OTHER_PROVIDER],
  [/^google-native:container\/v\w+:(Cluster|NodePool)$/, OTHER_PROVIDER],
  // What azure-native makes for one version of an API is a package of its own.
  [/^azure-native_containerservice_v\w+:containerservice:(ManagedCluster|AgentPool)$/, OTHER_PROVIDER],
  [/^digitalocean:index\/kubernetes(Cluster|NodePool):\w+$/, OTHER_PROVIDER],
  [/^linode:index\/lke(Cluster|NodePool):\w+$/, OTHER_PROVIDER],
  [/^oci:ContainerEngine\/(cluster|nodePool):\w+$/, OTHER_PROVIDER],
  [/^ovh:CloudProject\/kube(NodePool)?:\w+$/, OTHER_PROVIDER],
  [/^kubernetes:karpenter\.sh\/v\w+:(NodePool|Provisioner)$/, "makes nodes on demand and guarantees none"],
  [/^aws:eks\/fargateProfile:FargateProfile$/, "runs pods on Fargate, which reserves nothing"],
  [/^kubernetes:cluster\.x-k8s\.io\/v\w+:(MachineDeployment|MachinePool)$/, "is made by Cluster API"],
];

/** What a resource is, when it makes nodes that nobody can count from the program; undefined otherwise. */
export function unjudged(resource: ObservedResource, site: string | undefined): Unjudged | undefined {
  const what = sentence(resource);
  if (what === undefined) return undefined;
  const kind = resource.type.split(":").at(-1);
  return { urn: resource.urn, site, text: `${kind} "${resource.name}" ${what}. ${DECLARE}` };
}

function sentence(resource: ObservedResource): string | undefined {
  if (resource.type === AUTOSCALING_GROUP) {
    return isOfACluster(resource) ? "is a group of self-managed nodes, which is not judged" : undefined;
  }
  return SENTENCES.find(([type]) => type.test(resource.type))?.[1];
}

/** Tags tell which groups are nodes of a cluster: a key with the cluster's name, or the autoscaler's. */
function isOfACluster(group: ObservedResource): boolean {
  const tags = reader(group).members("tags");
  return tags.some((tag) => CLUSTER_TAG.test(tag.text("key") ?? "")) || isOwnedByEks(group);
}

/** Groups that the `eks` package makes have the cluster among their parents. */
function isOwnedByEks(group: ObservedResource): boolean {
  return group.urn.includes("eks:index:") || plainReader(group.props).text("name")?.startsWith("eks-") === true;
}

/** Whether a resource is a cluster, or a pool of one, that is made by a provider whose clusters are not read. */
export function isOfOtherProvider(type: string): boolean {
  return SENTENCES.some(([pattern, what]) => what === OTHER_PROVIDER && pattern.test(type));
}

/** Types that {@link unjudged} has something to say about. */
export function mayBeUnjudged(type: string): boolean {
  return type === AUTOSCALING_GROUP || SENTENCES.some(([pattern]) => pattern.test(type));
}
