import { isOfAMesh, observedMesh } from "./observed/mesh";
import { isAskedOfKubernetes } from "./observed/objects";
import { observedRunning } from "./observed/running";
import { type Index, isCluster, isPool, joinSites } from "./observed/sites";
import type { Observed, ObservedResource, Unjudged } from "./observed/types";
import { isOfOtherProvider, mayBeUnjudged, unjudged } from "./observed/unjudged";
import { observedWorkloads } from "./observed/workloads";

export { AMBIENT, isAmbient } from "./observed/ambient";
export { type CountedPool, capacitySite, countPool, type DeclaredPool } from "./observed/capacity";
export { observedDomains } from "./observed/domains";
export { asAsked, known } from "./observed/known";
export {
  type CalledProgram,
  type Installation,
  isInstaller,
  isKnown,
  isOfAMesh,
  type MeshRange,
  nodesOwner,
  type ObservedMesh,
  type Opening,
  type Setting,
} from "./observed/mesh";
export { type PodRange, podRanges } from "./observed/podRange";
export type { ObservedBudget, ObservedRunning, RunningObject } from "./observed/running";
export {
  type Observed,
  type ObservedCidr,
  type ObservedCluster,
  type ObservedKind,
  type ObservedPool,
  type ObservedProvider,
  type ObservedResource,
  type ObservedSite,
  UNKNOWN,
  type Unjudged,
} from "./observed/types";
export type { ObservedWorkloads } from "./observed/workloads";

/** Components of this library, by type token. */
export const FLEET = "multisite:index:Fleet";
export const SITE = "multisite:index:Site";

const KUBERNETES_PROVIDER = "pulumi:providers:kubernetes";
const EXTRA = /^(aws:ec2\/(launchTemplate:LaunchTemplate|subnet:Subnet|vpc:Vpc)|azure(-native)?:.*:ResourceGroup)$/;

/**
 * Whether {@link observe} reads the properties of resources of a type. Of all others it wants to know only that they
 * exist, for the chain of parents: whoever feeds it may leave their properties out.
 */
export function isObserved(type: string): boolean {
  return (
    isCluster(type) ||
    isPool(type) ||
    EXTRA.test(type) ||
    type === KUBERNETES_PROVIDER ||
    isAskedOfKubernetes(type) ||
    isOfAMesh(type) ||
    mayBeUnjudged(type)
  );
}

/** Whether a resource of this type makes a program one with sites: a cluster, a node pool, read or not, or a component of ours. */
export function isOfASite(type: string): boolean {
  return type === FLEET || type === SITE || isCluster(type) || isPool(type) || isOfOtherProvider(type);
}

/**
 * Finds the sites of any Pulumi program in its resources: clusters and node pools of EKS, GKE and AKS, written by hand or
 * by any component, and what the program's Kubernetes objects ask of them. Pure, one pass over the resources, and nothing
 * in them makes it throw. What is not known counts as nothing and is named.
 */
export function observe(resources: readonly ObservedResource[]): Observed {
  const index = indexOf(resources);
  const component = componentFinder(index.byUrn);
  const { sites, notes } = joinSites(index, component);
  const siteByUrn = new Map(
    sites.flatMap(({ cluster, name }) => (cluster.urn === undefined ? [] : [[cluster.urn, name]])),
  );
  const siteOf = (resource: ObservedResource) => siteOfObject(resource, index.byUrn, siteByUrn);
  return {
    sites,
    workloads: observedWorkloads(index.objects, siteOf, sites),
    running: observedRunning(
      index.objects,
      (resource) => siteOf(resource) ?? siteOfProvider(resource, index.byUrn, component),
    ),
    mesh: observedMesh(resources, {
      ...{ sites, byUrn: index.byUrn, fleets: resources.filter(({ type }) => type === FLEET) },
      siteOf: (resource) => siteOf(resource) ?? siteOfProvider(resource, index.byUrn, component),
    }),
    notes,
    unjudged: [
      ...sites.flatMap(({ name, cluster }) =>
        cluster.automatic.map((what) => automatic(name, cluster.urn ?? "", what)),
      ),
      ...index.others.flatMap((resource) => unjudged(resource, siteOf(resource)) ?? []),
    ],
  };
}

interface FullIndex extends Index {
  readonly objects: readonly ObservedResource[];
  readonly others: readonly ObservedResource[];
}

function indexOf(resources: readonly ObservedResource[]): FullIndex {
  const byUrn = new Map<string, ObservedResource>();
  const clusters: ObservedResource[] = [];
  const pools: ObservedResource[] = [];
  const objects: ObservedResource[] = [];
  const others: ObservedResource[] = [];
  const kinds = new Map<string, ObservedResource[][]>();
  for (const resource of resources) {
    byUrn.set(resource.urn, resource);
    let lists = kinds.get(resource.type);
    if (lists === undefined) {
      const type = resource.type;
      lists = [];
      if (isCluster(type)) lists.push(clusters);
      if (isPool(type)) lists.push(pools);
      if (isAskedOfKubernetes(type)) lists.push(objects);
      if (mayBeUnjudged(type)) lists.push(others);
      kinds.set(type, lists);
    }
    for (const list of lists) list.push(resource);
  }
  return { byUrn, clusters, pools, objects, others };
}

/** The Site component among a resource's parents, each chain walked once. */
function componentFinder(byUrn: ReadonlyMap<string, ObservedResource>): (r: ObservedResource) => string | undefined {
  const known = new Map<string, string | undefined>();
  return (resource) => {
    const walked: string[] = [];
    let at: ObservedResource | undefined = resource;
    let found: string | undefined;
    while (at !== undefined && !walked.includes(at.urn)) {
      if (known.has(at.urn)) {
        found = known.get(at.urn);
        break;
      }
      walked.push(at.urn);
      if (at.type === SITE) {
        found = at.urn;
        break;
      }
      at = at.parent === undefined ? undefined : byUrn.get(at.parent);
    }
    for (const urn of walked) known.set(urn, found);
    return found;
  };
}

/** A Kubernetes object lives in the cluster that its provider's kubeconfig was made from. */
function siteOfObject(
  resource: ObservedResource,
  byUrn: ReadonlyMap<string, ObservedResource>,
  siteByUrn: ReadonlyMap<string, string>,
): string | undefined {
  const provider = resource.provider === undefined ? undefined : byUrn.get(resource.provider.urn);
  const from = provider ?? resource;
  const urns = Object.values(from.propertyDependencies).flat();
  const sites = new Set(urns.flatMap((urn) => siteByUrn.get(urn) ?? []));
  return sites.size === 1 ? [...sites][0] : undefined;
}

/** A site whose cluster is in no program: an object's provider says by its parent which Site it is. */
function siteOfProvider(
  { provider }: ObservedResource,
  byUrn: ReadonlyMap<string, ObservedResource>,
  component: (resource: ObservedResource) => string | undefined,
): string | undefined {
  const from = provider === undefined ? undefined : byUrn.get(provider.urn);
  return from === undefined ? undefined : component(from)?.split("::").at(-1);
}

function automatic(site: string, urn: string, what: string): Unjudged {
  const text = `Site ${site}: ${what} makes nodes on demand and guarantees none, so it counts as nothing: give the site fixed nodes, or declare what it guarantees under \`pools\` in the pack's configuration.`;
  return { urn, site, text };
}
