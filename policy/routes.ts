import type { ObservedResource } from "pulumi-multisite/plan";
import type { Finding } from "./judged";
import { isOwner, ownerFindings } from "./owners";

const RECORD = "aws:route53/record:Record";
const RECORD_SET = "gcp:dns/recordSet:RecordSet";
const PROFILE = "azure-native:trafficmanager:Profile";
const ENDPOINT_GROUP = "aws:globalaccelerator/endpointGroup:EndpointGroup";

/** Whether a resource of this type leads users to sites. */
export function isRoute(type: string): boolean {
  return type in JUDGES || isOwner(type);
}

type Props = Readonly<Record<string, unknown>>;

/** What is wrong with the resources that lead users to sites, in whatever program. */
export function routeFindings(resources: readonly ObservedResource[], domains: readonly string[]): Finding[] {
  const unhealthy = resources.flatMap(({ type, name, urn, props }) =>
    (JUDGES[type]?.(name, props as Props) ?? []).map((message) => ({ message, urn })),
  );
  return [...unhealthy, ...ownerFindings(resources, domains)];
}

/** A judge per type. What is unknown yet is given, and counts as such. */
const JUDGES: { readonly [type: string]: (name: string, props: Props) => string[] } = {
  [RECORD]: route53Record,
  [RECORD_SET]: cloudDnsRecord,
  [PROFILE]: trafficManagerProfile,
  [ENDPOINT_GROUP]: (name, props) =>
    props.trafficDialPercentage === 0
      ? [
          `Endpoint group ${name} is drained by a traffic dial of 0, which fail-over ignores. Give its endpoints weight 0, or take them out.`,
        ]
      : [],
};

function route53Record(name: string, props: Props): string[] {
  if (props.setIdentifier === undefined || (props.type !== "A" && props.type !== "AAAA")) return [];
  const isSecondary = list(props.failoverRoutingPolicies).some((one) => one.type === "SECONDARY");
  const aliases = list(props.aliases);
  if (aliases.length > 0)
    return aliases.some((one) => one.evaluateTargetHealth !== true)
      ? [
          `Alias ${name} does not evaluate its target's health on route53: traffic will keep going to a dead site. Set evaluateTargetHealth.`,
        ]
      : [];
  return props.healthCheckId === undefined && !isSecondary ? [unchecked(name, "route53")] : [];
}

function cloudDnsRecord(name: string, props: Props): string[] {
  const policy = props.routingPolicy as Props | undefined;
  if (policy === undefined || (props.type !== "A" && props.type !== "AAAA")) return [];
  const items = [...list(policy.geos), ...list(policy.wrrs)];
  return items.length > 1 && items.some((one) => list(one.rrdatas).length > 0 || one.rrdatas !== undefined)
    ? [unchecked(name, "cloudDns")]
    : [];
}

function trafficManagerProfile(name: string, props: Props): string[] {
  return list(props.endpoints)
    .filter((one) => one.alwaysServe === "Enabled")
    .map((one) => unchecked(`${String(one.name)} of profile ${name}`, "trafficManager"));
}

function unchecked(name: string, service: string): string {
  return `Site record ${name} has no health check on ${service}: traffic will keep going to a dead site. Give it one.`;
}

function list(value: unknown): Props[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "object" && one !== null) : [];
}
