import type { ObservedResource } from "pulumi-multisite/plan";
import { at, listed, objects, text } from "./props";
import { addressedTo, relative } from "./records";

/** Kubernetes objects that external-dns makes records of, by name of their kind. */
const NAMING =
  /^kubernetes:(core\/v1:Service|networking\.k8s\.io\/v1:Ingress|gateway\.networking\.k8s\.io\/v\w+:(Gateway|\w+Route))$/;
const ENDPOINT = /^kubernetes:externaldns\.k8s\.io\/v\w+:DNSEndpoint$/;
const RELEASE = "kubernetes:helm.sh/v3:Release";
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const PREFIX = "external-dns.alpha.kubernetes.io";

/** Whether a resource of this type may say what a name leads to, or brings the controller that does. */
export function isOwner(type: string): boolean {
  return (
    NAMING.test(type) ||
    ENDPOINT.test(type) ||
    type === RELEASE ||
    type === DEPLOYMENT ||
    addressedTo(type) !== undefined
  );
}

/**
 * Who else says what a name of a fleet leads to: controllers in clusters, each of which deletes the others' records, and
 * records beside those of the fleet's own endpoint.
 */
export function ownerFindings(
  resources: readonly ObservedResource[],
  domains: readonly string[],
): { readonly message: string; readonly urn: string }[] {
  if (domains.length === 0) return [];
  const isRun = resources.some(isExternalDns);
  return resources.flatMap(({ type, urn, name, props }) => {
    const found = [...asked(type, props, domains, isRun), ...recorded(type, urn, name, props, domains)];
    return found.map((message) => ({ message, urn }));
  });
}

/** Whether a resource brings external-dns into a cluster. */
function isExternalDns({ type, props }: ObservedResource): boolean {
  if (type === RELEASE) return text(at(props, "chart")).split("/").at(-1) === "external-dns";
  if (type !== DEPLOYMENT) return false;
  return objects(at(props, "spec", "template", "spec", "containers")).some(({ image }) =>
    /(^|\/)external-dns(@|:|$)/.test(text(image)),
  );
}

/**
 * Names that external-dns is asked for: by annotation whoever runs it, and where it is in this program also by the hosts that
 * an object leads somewhere. What is not known yet names nothing.
 */
function asked(type: string, props: unknown, domains: readonly string[], isRun: boolean): string[] {
  const name = text(at(props, "metadata", "name")) || "An object";
  const annotations = at(props, "metadata", "annotations");
  const controller = at(annotations, `${PREFIX}/controller`);
  if (typeof controller === "string" && controller !== "dns-controller") return [];
  const annotated = NAMING.test(type) ? text(at(annotations, `${PREFIX}/hostname`)) : "";
  const led = isRun && NAMING.test(type) ? hosts(at(props, "spec")) : [];
  const own = ENDPOINT.test(type) ? texts(at(props, "spec", "endpoints"), "dnsName") : [];
  const fix = annotated !== "" ? "Remove the annotation" : `Annotate it with ${PREFIX}/controller: none`;
  return [...new Set([...annotated.split(","), ...led, ...own].map(relative))]
    .filter((one) => domains.includes(one))
    .map(
      (one) =>
        `${name} asks external-dns for ${one}, which spec.traffic owns: two owners delete each other's records. ${fix}.`,
    );
}

/** Hosts of an Ingress' rules, a Gateway's listeners and a route's host names. */
function hosts(spec: unknown): string[] {
  const named = listed(at(spec, "hostnames")).map(text);
  return [...texts(at(spec, "rules"), "host"), ...texts(at(spec, "listeners"), "hostname"), ...named];
}

function texts(list: unknown, property: string): string[] {
  return objects(list).map((one) => text(one[property]));
}

/** The fleet's records are below its endpoint: another one of the same name is another owner. */
function recorded(type: string, urn: string, name: string, props: unknown, domains: readonly string[]): string[] {
  const record = addressedTo(type)?.(props);
  if (record === undefined || urn.includes("multisite:index:GlobalEndpoint$")) return [];
  return domains
    .filter((domain) => relative(record) === domain)
    .map(
      (domain) =>
        `Record ${name} is one for ${domain}, whose records spec.traffic makes: two owners overwrite each other's. Remove it.`,
    );
}
