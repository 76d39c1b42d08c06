import type * as pulumi from "@pulumi/pulumi";
import { groupOf, keyOf } from "../plan/demand/identity";
import { isMadeNamespace, type KubernetesObject, type RenderedSite } from "../plan/workloads";
import type { WorkloadFleet } from "./args";
import { titleOf } from "./resources";

/** An object that this program has declared in a site. */
interface Declared {
  /** The FleetWorkload that it is of; undefined for a namespace that the site's gateway made for its routes. */
  readonly workload?: string;
  readonly resource: pulumi.Resource;
  /** A namespace that no manifest brings. */
  readonly made: boolean;
}

/** The objects by the provider of their site. FleetWorkloads and a gateway share a site, where an object is there once. */
const declared = new WeakMap<pulumi.ProviderResource, Map<string, Declared>>();

/** Notes that a workload has declared an object. */
export function declare(
  provider: pulumi.ProviderResource,
  object: KubernetesObject,
  of: { readonly workload: string; readonly resource: pulumi.Resource },
): void {
  const objects = declared.get(provider) ?? new Map<string, Declared>();
  declared.set(provider, objects.set(siteKeyOf(object), { ...of, made: isMadeNamespace(object) }));
}

/** Notes that a site's gateway has made a namespace for its routes. */
export function declareNamespace(provider: pulumi.ProviderResource, name: string, resource: pulumi.Resource): void {
  const objects = declared.get(provider) ?? new Map<string, Declared>();
  declared.set(provider, objects.set(siteKeyOf(namespaceOf(name)), { resource, made: true }));
}

/** The namespace of another workload, or of the gateway, that does for one which would be made; undefined for every other object. */
export function sharedNamespace(
  provider: pulumi.ProviderResource,
  object: KubernetesObject,
): pulumi.Resource | undefined {
  return isMadeNamespace(object) ? declared.get(provider)?.get(siteKeyOf(object))?.resource : undefined;
}

/** The namespace that the site's gateway made, which a manifest can only add to; undefined for every other object. */
export function ofGateway(provider: pulumi.ProviderResource, object: KubernetesObject): pulumi.Resource | undefined {
  const there = declared.get(provider)?.get(siteKeyOf(object));
  return there?.workload === undefined ? there?.resource : undefined;
}

/** The namespaces that the site's gateway made, of those that objects are in. */
export function gatewayNamespaces(
  provider: pulumi.ProviderResource,
  objects: readonly KubernetesObject[],
): pulumi.Resource[] {
  const names = new Set(
    objects.map(({ kind, metadata }) => (kind === "Namespace" ? metadata.name : metadata.namespace)),
  );
  return [...names].flatMap((name) => (name === undefined ? [] : (ofGateway(provider, namespaceOf(name)) ?? [])));
}

/** Objects that another workload has declared already, which an API server would refuse in the midst of an update. */
export function takenProblems(rendered: readonly RenderedSite[], { sites }: WorkloadFleet): string[] {
  const taken = new Map<string, string[]>();
  for (const { site, objects } of rendered) {
    const provider = sites[site]?.kubernetes;
    const there = provider && declared.get(provider);
    for (const object of there === undefined ? [] : objects.filter((one) => !isMadeNamespace(one))) {
      const by = there?.get(siteKeyOf(object));
      if (by?.workload === undefined) continue;
      const advice = by.made
        ? "which made it for its objects: declare this one before that"
        : "leave it to one of them";
      const problem = `${object.kind} ${titleOf(object)} is in FleetWorkload "${by.workload}" already, ${advice}`;
      taken.set(problem, [...(taken.get(problem) ?? []), site]);
    }
  }
  return [...taken].map(([problem, at]) => `${problem} (sites ${at.join(", ")})`);
}

/** A namespace of which nothing is asked but that it is there. */
export function namespaceOf(name: string): KubernetesObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name } };
}

function siteKeyOf({ apiVersion, kind, metadata: { namespace = "default", name } }: KubernetesObject): string {
  return keyOf({ cluster: "", group: groupOf(apiVersion), kind, namespace, name });
}
