import { takenBy } from "../../webhookPorts";
import { at, isPlain, listAt } from "../../workloads/objects";
import { isKubernetesObject, objectOf } from "../objects";
import type { ObservedResource, ObservedSite } from "../types";
import type { Installation } from "./installations";
import { chartWebhook } from "./webhookCharts";

/** Something that the API server calls in a cluster where it reaches no pod of the overlay. */
export interface CalledProgram {
  readonly site: string;
  readonly urn: string;
  /** Such as `ValidatingWebhookConfiguration policy` or `the chart of metrics-server`. */
  readonly called: string;
  /** The pods behind it: a chart's name, or `namespace/name` of a workload. */
  readonly behind: string;
  /** Whether they are on the host network; undefined while it is not known. */
  readonly isOnHost: boolean | undefined;
  /** Ports that they hold there, as far as they are known. */
  readonly ports: readonly number[];
}

const CALLERS =
  /^kubernetes:(admissionregistration\.k8s\.io\/\w+:(Validating|Mutating)WebhookConfiguration|apiregistration\.k8s\.io\/\w+:APIService|apiextensions\.k8s\.io\/\w+:CustomResourceDefinition)$/;
const RUNNERS = /^kubernetes:apps\/v1:(Deployment|DaemonSet|StatefulSet|ReplicaSet)$/;
const SERVICE = "kubernetes:core/v1:Service";

/**
 * Webhooks and aggregated APIs of the clusters on EKS whose pods are an overlay, with the pods behind them: where Service and
 * workload are in the program, and for charts whose values say it. Of others nobody can tell.
 */
export function calledPrograms(
  resources: readonly ObservedResource[],
  installed: readonly Installation[],
  sites: readonly ObservedSite[],
  siteOf: (resource: ObservedResource) => string | undefined,
): CalledProgram[] {
  const overlaid = new Set(installed.filter(isOverlay).flatMap(({ site }) => site ?? []));
  const names = sites
    .filter(({ name, cluster }) => cluster.kind === "eks" && overlaid.has(name))
    .map(({ name }) => name);
  if (names.length === 0) return [];
  const wanted = new Set(names);
  const bySite = new Map<string, ObservedResource[]>();
  for (const resource of resources) {
    if (!isKubernetesObject(resource.type) && chartWebhook(resource) === undefined) continue;
    const site = siteOf(resource);
    if (site !== undefined && wanted.has(site)) bySite.set(site, [...(bySite.get(site) ?? []), resource]);
  }
  return [...bySite].flatMap(([site, own]) => [...ofCharts(site, own), ...ofObjects(site, own)]);
}

function isOverlay({ datapath, cloudModes }: Installation): boolean {
  return (datapath === "vxlan" || datapath === "geneve") && cloudModes.length === 0;
}

function ofCharts(site: string, own: readonly ObservedResource[]): CalledProgram[] {
  return own.flatMap((resource) => {
    const found = chartWebhook(resource);
    if (found === undefined) return [];
    const { name, isOnHost, port } = found;
    return {
      ...{ site, urn: resource.urn, called: `The chart of ${name}`, behind: name },
      isOnHost: typeof isOnHost === "boolean" ? isOnHost : undefined,
      ports: typeof port === "number" ? [port] : [],
    };
  });
}

function ofObjects(site: string, own: readonly ObservedResource[]): CalledProgram[] {
  const services = own.filter(({ type }) => type === SERVICE).map((one) => objectOf(one));
  const workloads = own.filter(({ type }) => RUNNERS.test(type)).map((one) => objectOf(one));
  return own
    .filter(({ type }) => CALLERS.test(type))
    .flatMap((caller) => {
      const object = objectOf(caller);
      const called = `${String(at(object, "kind"))} ${String(at(object, "metadata", "name"))}`;
      return [...new Set(servicesOf(object))].flatMap((key) => {
        const selector = at(
          services.find((one) => keyOf(one) === key),
          "spec",
          "selector",
        );
        const pods = workloads.find((one) => namespaceOf(one) === key.split("/")[0] && selects(selector, one));
        if (pods === undefined) return [];
        const onHost = at(pods, "spec", "template", "spec", "hostNetwork") ?? false;
        return {
          ...{ site, urn: caller.urn, called, behind: keyOf(pods) },
          isOnHost: typeof onHost === "boolean" ? onHost : undefined,
          ports: portsOf(pods),
        };
      });
    });
}

/** The Services that an object has the API server call, as `namespace/name`. */
function servicesOf(object: unknown): string[] {
  const given = [
    ...listAt(object, "webhooks").map((webhook) => at(webhook, "clientConfig", "service")),
    at(object, "spec", "service"),
    at(object, "spec", "conversion", "webhook", "clientConfig", "service"),
  ];
  return given.filter(isPlain).map(({ namespace = "default", name }) => `${String(namespace)}/${String(name)}`);
}

function selects(selector: unknown, workload: unknown): boolean {
  const labels = at(workload, "spec", "template", "metadata", "labels");
  if (!isPlain(selector) || !isPlain(labels) || Object.keys(selector).length === 0) return false;
  return Object.entries(selector).every(([name, value]) => labels[name] === value);
}

function portsOf(workload: unknown): number[] {
  const containers = listAt(workload, "spec", "template", "spec", "containers");
  const ports = containers.flatMap((one) => listAt(one, "ports").map((port) => at(port, "containerPort")));
  return ports.filter((port): port is number => typeof port === "number");
}

function namespaceOf(object: unknown): string {
  return String(at(object, "metadata", "namespace") ?? "default");
}

function keyOf(object: unknown): string {
  return `${namespaceOf(object)}/${String(at(object, "metadata", "name"))}`;
}

/** Who has a port of every node already, whatever is installed: the kubelet, say. */
export function nodesOwner(port: number): string | undefined {
  const owner = takenBy(port);
  return owner === "Kubernetes" || owner === "Cilium" ? owner : undefined;
}
