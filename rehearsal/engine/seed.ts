import { createHash } from "node:crypto";

/**
 * Seed of the names that a provider makes up for a resource: the same in every rehearsal, and another one for what
 * replaces a resource, which lives beside it for a while.
 * @param replaced id of the resource that is there already; empty for none.
 */
export function nameSeed(urn: string, replaced: string): string {
  return createHash("sha256").update(`${urn}\n${replaced}`).digest("base64");
}
