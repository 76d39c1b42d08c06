import type { TrafficPlan } from "../../lib/plan/routing/plan";
import type { ResourceView } from "../engine";
import { text } from "./fields";

/** Where each cloud says the address that a site has reserved. */
const ADDRESSES: { readonly [type: string]: string } = {
  "aws:ec2/eip:Eip": "publicIp",
  "gcp:compute/address:Address": "address",
  "azure-native:network:PublicIPAddress": "ipAddress",
};

/** The public addresses of each site, by site: those that were reserved, and those that the spec gives. */
export function sitesAddresses(plan: TrafficPlan, resources: readonly ResourceView[]): Map<string, readonly string[]> {
  return new Map(
    plan.sites.map(({ name, addresses }) => {
      const site = resources.find((one) => one.type === "multisite:index:Site" && one.name === name)?.urn;
      const reserved = resources
        .filter((one) => one.type in ADDRESSES && one.parent === site && one.name.startsWith(`${name}-public`))
        .flatMap(({ type, outputs }) => text(outputs, ADDRESSES[type] ?? "") ?? []);
      return [name, addresses ?? reserved];
    }),
  );
}
