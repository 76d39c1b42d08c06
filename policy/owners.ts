import type { ObservedResource } from "pulumi-multisite/plan";
import { addressedTo } from "./records";

/** Kubernetes objects that external-dns makes records of, by name of their kind. */
const NAMING =
  /^kubernetes:(core\/v1:Service|networking\.k8s\.io\/v1:Ingress|gateway\.networking\.k8s\.io\/v\w+:(Gateway|\w+Route))$/;
const ENDPOINT = /^kubernetes:externaldns\.k8s\.io\/v\w+:DNSEndpoint$/;
const RELEASE = "kubernetes:helm.sh/v3:Release";
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const PREFIX = "external-dns.alpha.kubernetes.io";

type Props = Readonly<Record<string, unknown>>;

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
    const found = [
      ...asked(type, props as Props, domains, isRun),
      ...recorded(type, urn, name, props as Props, domains),
    ];
    return found.map((message) => ({ message, urn }));
  });
}

/** Whether a resource brings external-dns into a cluster. */
function isExternalDns({ type, props }: ObservedResource): boolean {
  const of = props as Props;
  if (type === RELEASE)
    return (
      String(of.chart ?? "")
        .split("/")
        .at(-1) === "external-dns"
    );
  if (type !== DEPLOYMENT) return false;
  const spec = (of.spec as { template?: { spec?: { containers?: { image?: unknown }[] } } } | undefined)?.template
    ?.spec;
  return (spec?.containers ?? []).some(({ image }) => /(^|\/)external-dns(@|:|$)/.test(String(image)));
}

/**
 * Names that external-dns is asked for: by annotation whoever runs it, and where it is in this program also by the hosts that
 * an object leads somewhere.
 */
function asked(type: string, props: Props, domains: readonly string[], isRun: boolean): string[] {
  const metadata = (props.metadata ?? {}) as { readonly name?: string; readonly annotations?: Props };
  const { name = "An object", annotations = {} } = metadata;
  const controller = annotations[`${PREFIX}/controller`];
  if (controller !== undefined && controller !== "dns-controller") return [];
  const named = NAMING.test(type) ? String(annotations[`${PREFIX}/hostname`] ?? "").split(",") : [];
  const led = isRun && NAMING.test(type) ? hosts(props.spec as Props | undefined) : [];
  const own = ENDPOINT.test(type) ? endpoints(props.spec as Props | undefined) : [];
  const fix =
    named.length > 0 && named[0] !== "" ? "Remove the annotation" : `Annotate it with ${PREFIX}/controller: none`;
  return [...new Set([...named, ...led, ...own].map(relative))]
    .filter((one) => domains.includes(one))
    .map(
      (one) =>
        `${name} asks external-dns for ${one}, which spec.traffic owns: two owners delete each other's records. ${fix}.`,
    );
}

/** Hosts of an Ingress' rules, a Gateway's listeners and a route's host names. */
function hosts(spec: Props | undefined): string[] {
  const each = (value: unknown, property: string) =>
    (Array.isArray(value) ? value : []).map((one: Props | null) => String(one?.[property] ?? ""));
  const listed = Array.isArray(spec?.hostnames) ? spec.hostnames.map(String) : [];
  return [...each(spec?.rules, "host"), ...each(spec?.listeners, "hostname"), ...listed];
}

function endpoints(spec: Props | undefined): string[] {
  const all = Array.isArray(spec?.endpoints) ? (spec.endpoints as (Props | null)[]) : [];
  return all.map((one) => String(one?.dnsName ?? ""));
}

/** The fleet's records are below its endpoint: another one of the same name is another owner. */
function recorded(type: string, urn: string, name: string, props: Props, domains: readonly string[]): string[] {
  const record = addressedTo(type)?.(props);
  if (record === undefined || urn.includes("multisite:index:GlobalEndpoint$")) return [];
  return domains
    .filter((domain) => relative(record) === domain)
    .map(
      (domain) =>
        `Record ${name} is one for ${domain}, whose records spec.traffic makes: two owners overwrite each other's. Remove it.`,
    );
}

function relative(name: string): string {
  return name.trim().replace(/\.$/, "").toLowerCase();
}
