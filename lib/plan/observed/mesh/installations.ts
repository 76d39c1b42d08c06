import { isPlain } from "../../workloads/objects";
import { type ObservedResource, UNKNOWN } from "../types";
import { type CiliumFacts, factsOfConfig, factsOfValues } from "./cilium";
import { at, type Setting } from "./settings";

/** Whether resources of a type bring charts with values: Helm releases, and charts that the program renders. */
export function isInstaller(type: string): boolean {
  return type === "kubernetes:helm.sh/v3:Release" || type === "kubernetes:helm.sh/v4:Chart";
}

const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
const DAEMON_SET = "kubernetes:apps/v1:DaemonSet";
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";

/** One installation of Cilium in one cluster. */
export interface Installation extends CiliumFacts {
  readonly urn: string;
  /** How messages call it: the cluster where that is known, or the resource. */
  readonly called: string;
  /** The cluster that it is in, where that is known. */
  readonly site: string | undefined;
}

type SiteOf = (resource: ObservedResource) => string | undefined;

/**
 * The installations of Cilium in a program, one a cluster: what its releases and charts ask for, and where the program
 * holds the objects themselves, what the agents' configuration says.
 */
export function installations(resources: readonly ObservedResource[], siteOf: SiteOf): Installation[] {
  const asked = resources.flatMap((resource) => fromChart(resource, siteOf) ?? []);
  const taken = new Set(asked.map(({ urn }) => urn));
  const places = new Set(resources.filter(({ urn }) => taken.has(urn)).map(placeOf));
  const objects = resources.filter(
    (one) => !places.has(placeOf(one)) && !(one.parent !== undefined && taken.has(one.parent)),
  );
  return [...asked, ...fromObjects(objects, siteOf)];
}

/** What cluster a resource is in: objects of one provider share one. */
function placeOf({ provider, urn }: ObservedResource): string {
  return provider?.urn ?? urn;
}

function fromChart(resource: ObservedResource, siteOf: SiteOf): Installation | undefined {
  const { type, props, urn, name } = resource;
  if (!isInstaller(type) || !isCilium(at(props, ["chart"]))) return undefined;
  const site = siteOf(resource);
  const given = at(props, ["version"]);
  const version = typeof given === "string" ? given : UNKNOWN;
  const files = at(props, ["valueYamlFiles"]);
  const isWhole = files === undefined || files === null || (Array.isArray(files) && files.length === 0);
  const values = at(props, ["values"]);
  const facts = factsOfValues(values ?? {}, version, isWhole && values !== UNKNOWN);
  return { ...facts, urn, site, called: site ?? name };
}

/** `cilium`, `cilium/cilium`, a path or an address of the chart, packed or not. */
function isCilium(chart: unknown): boolean {
  return typeof chart === "string" && /(^|\/)cilium(-v?[0-9][^/]*)?(\.tgz)?\/?$/.test(chart);
}

function fromObjects(objects: readonly ObservedResource[], siteOf: SiteOf): Installation[] {
  const named = (type: string, name: string) => objects.filter((one) => one.type === type && nameOf(one) === name);
  const agents = named(DAEMON_SET, "cilium");
  const apis = new Set(named(DEPLOYMENT, "clustermesh-apiserver").map(placeOf));
  return named(CONFIG_MAP, "cilium-config").map((resource) => {
    const agent = agents.find((one) => placeOf(one) === placeOf(resource));
    const data = at(resource.props, ["data"]);
    const facts = factsOfConfig(isPlain(data) ? data : UNKNOWN, versionOf(agent), apis.has(placeOf(resource)));
    const site = siteOf(resource);
    return { ...facts, urn: resource.urn, site, called: site ?? resource.name };
  });
}

function nameOf({ props }: ObservedResource): unknown {
  return at(props, ["metadata", "name"]);
}

/** The tag of the agents' image: `quay.io/cilium/cilium:v1.19.5@sha256:...`. */
function versionOf(agent: ObservedResource | undefined): Setting<string> {
  const containers = at(agent?.props, ["spec", "template", "spec", "containers"]);
  const images = Array.isArray(containers) ? containers.map((one: unknown) => at(one, ["image"])) : [];
  const tags = images.flatMap((image) =>
    typeof image === "string" ? (/:v?(\d+\.\d+[^@]*)/.exec(image)?.[1] ?? []) : [],
  );
  return tags[0] ?? UNKNOWN;
}
