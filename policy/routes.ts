import { type ObservedResource, UNKNOWN } from "pulumi-multisite/plan";
import type { Finding } from "./judged";
import { isOwner, ownerFindings } from "./owners";
import { at, listed, objects, text } from "./props";
import { relative } from "./records";

const RECORD = "aws:route53/record:Record";
const RECORD_SET = "gcp:dns/recordSet:RecordSet";
const ENDPOINT_GROUP = "aws:globalaccelerator/endpointGroup:EndpointGroup";

/**
 * Traffic Manager's profiles and endpoints, with or without an API version: in the module, or, in packages that are made
 * for one version, in the package's name as well.
 */
const AZURE = /^azure-native(?:_trafficmanager_v\w+)?:trafficmanager(?:\/v\w+)?:(Profile|Endpoint)$/;

/** @param steered names whose own records are answered by health or place, which is judged there */
type Judge = (name: string, props: unknown, steered: ReadonlySet<string>) => string[];

/** Whether a resource of this type leads users to sites. */
export function isRoute(type: string): boolean {
  return judgeOf(type) !== undefined || isOwner(type);
}

/** What is wrong with the resources that lead users to sites, in whatever program. */
export function routeFindings(resources: readonly ObservedResource[], domains: readonly string[]): Finding[] {
  const steered = new Set(resources.filter(isSteered).map(({ props }) => relative(text(at(props, "name")))));
  const unhealthy = resources.flatMap(({ type, name, urn, props }) =>
    (judgeOf(type)?.(name, props, steered) ?? []).map((message) => ({ message, urn })),
  );
  return [...unhealthy, ...ownerFindings(resources, domains)];
}

/** The judge of a type. What is unknown yet is given, and counts as such. */
function judgeOf(type: string): Judge | undefined {
  if (Object.hasOwn(JUDGES, type)) return JUDGES[type];
  const kind = AZURE.exec(type)?.[1];
  if (kind === undefined) return undefined;
  return kind === "Profile" ? trafficManagerProfile : trafficManagerEndpoint;
}

const JUDGES: { readonly [type: string]: Judge } = {
  [RECORD]: route53Record,
  [RECORD_SET]: cloudDnsRecord,
  [ENDPOINT_GROUP]: (name, props) =>
    at(props, "trafficDialPercentage") === 0
      ? [
          `Endpoint group ${name} is drained by a traffic dial of 0, which fail-over ignores. Give its endpoints weight 0, or take them out.`,
        ]
      : [],
};

function isSteered({ type, props }: ObservedResource): boolean {
  if (type === RECORD) return isGiven(at(props, "setIdentifier"));
  return type === RECORD_SET && at(props, "routingPolicy") !== undefined;
}

function route53Record(name: string, props: unknown, steered: ReadonlySet<string>): string[] {
  if (!isGiven(at(props, "setIdentifier")) || !leadsToSites(at(props, "type"))) return [];
  const [policies, given] = [at(props, "failoverRoutingPolicies"), at(props, "aliases")];
  const isSecondary = policies === UNKNOWN || objects(policies).some((one) => one.type === "SECONDARY");
  if (given === UNKNOWN) return [];
  const aliases = objects(given);
  if (aliases.length > 0)
    return aliases.some(({ evaluateTargetHealth }) => evaluateTargetHealth !== true && evaluateTargetHealth !== UNKNOWN)
      ? [
          `Alias ${name} does not evaluate its target's health on route53: traffic will keep going to a dead site. Set evaluateTargetHealth.`,
        ]
      : [];
  if (isGiven(at(props, "healthCheckId")) || isSecondary) return [];
  return isUnchecked(at(props, "type"), at(props, "records"), steered) ? [unchecked(name, "route53")] : [];
}

function cloudDnsRecord(name: string, props: unknown, steered: ReadonlySet<string>): string[] {
  const [type, policy] = [at(props, "type"), at(props, "routingPolicy")];
  if (!leadsToSites(type)) return [];
  const items = [...objects(at(policy, "geos")), ...objects(at(policy, "wrrs"))];
  // Data beside health-checked targets is answered unchecked. State has an empty list where there is none.
  const plain = items.map(({ rrdatas }) => rrdatas).filter((data) => data === UNKNOWN || listed(data).length > 0);
  return items.length > 1 && plain.some((data) => isUnchecked(type, data, steered))
    ? [unchecked(name, "cloudDns")]
    : [];
}

/** Addresses without a check are unchecked. A name may lead on to records that are; one that is not known yet may as well. */
function isUnchecked(type: unknown, data: unknown, steered: ReadonlySet<string>): boolean {
  if (type !== "CNAME") return true;
  return listed(data).some((target) => target !== UNKNOWN && !steered.has(relative(text(target))));
}

function trafficManagerProfile(name: string, props: unknown): string[] {
  return objects(at(props, "endpoints"))
    .filter((one) => isAlwaysServed(one))
    .map((one) => unchecked(`${text(one.name) || "(without a name)"} of profile ${name}`, "trafficManager"));
}

function trafficManagerEndpoint(name: string, props: unknown): string[] {
  return isAlwaysServed(props) ? [unchecked(name, "trafficManager")] : [];
}

function isAlwaysServed(endpoint: unknown): boolean {
  return at(endpoint, "alwaysServe") === "Enabled";
}

function unchecked(name: string, service: string): string {
  return `Site record ${name} has no health check on ${service}: traffic will keep going to a dead site. Give it one.`;
}

/** Types of records that a service answers by the place or the health of what they lead to: one for each site. */
function leadsToSites(type: unknown): boolean {
  return ["A", "AAAA", "CNAME"].includes(text(type));
}

/** Whether a text is given, known or not: Pulumi's state has an empty one where the program gave none. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== "";
}
