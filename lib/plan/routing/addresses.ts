import type { Draft } from "../checks/structure";
import { type Cidr, contains, parseAddress, parseCidr } from "../cidr";
import { isPrivate, reservedRange } from "../reserved";
import type { ExistingSiteSpec } from "../spec";

/** The addresses of a cluster that exists by which users on the internet reach it. */
export function publicAddresses(site: Draft<ExistingSiteSpec>): string[] {
  return (site.endpoints?.ingress ?? []).filter((one): one is string => one !== undefined && isPublic(one));
}

const CARRIER = parseCidr("100.64.0.0/10");

function isPublic(text: string): boolean {
  const start = parseAddress(text);
  if (start === undefined) return false;
  const cidr: Cidr = { start, prefix: 32 };
  return !isPrivate(cidr) && !contains(CARRIER, cidr) && reservedRange(cidr, "existing") === undefined;
}
