/** DNS as a program's records would answer it: each service's own routing rules, over what a rehearsal made. */
import type { ResourceView } from "../engine";
import type { Authority } from "./asking";
import { cloudDnsAuthority } from "./cloudDns";
import { route53Authority } from "./route53";
import { trafficManagerAuthority } from "./trafficManager";

export type { Answer, Authority, Client, Health } from "./asking";
export { type Front, frontOf } from "./front";
export { sitesAddresses } from "./owners";
export { cloudDnsAuthority, route53Authority, trafficManagerAuthority };

/** The services that a program gave records to, in the order in which resolvers would list them. */
export function authorities(resources: readonly ResourceView[]): Authority[] {
  const types = new Set(resources.map((one) => one.type));
  return [
    ...(types.has("aws:route53/record:Record") ? [route53Authority(resources)] : []),
    ...(types.has("gcp:dns/recordSet:RecordSet") ? [cloudDnsAuthority(resources)] : []),
    ...(types.has("azure-native:trafficmanager:Profile") || types.has("azure-native:dns:RecordSet")
      ? [trafficManagerAuthority(resources)]
      : []),
  ];
}
