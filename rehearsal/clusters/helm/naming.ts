import { hex } from "../../clouds/sdk/madeUp";
import { isUnknown, own, reveal } from "../../clouds/wire";
import type { CheckRequest } from "../../engine/provider";

/** Digits of a made-up name. */
const DIGITS = 8;

/** The name that the program gives, else the one that the release has, else one that is made up: in wire form. */
export function assignedName({ news, olds, name, urn, randomSeed }: CheckRequest): unknown {
  const given = own(news, "name");
  if (isUnknown(given) || (typeof reveal(given) === "string" && reveal(given) !== "")) return given;
  const before = own(olds, "name");
  if (typeof reveal(before) === "string" && reveal(before) !== "") return before;
  return `${name}-${hex(DIGITS, randomSeed, urn)}`;
}

/** Identity of a release: `namespace/name`. */
export function releaseId(namespace: string, name: string): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}

/** The reverse of {@link releaseId}. */
export function parseReleaseId(id: string, defaultNamespace: string): { namespace: string; name: string } {
  const [namespace, name] = id.includes("/") ? id.split("/", 2) : [defaultNamespace, id];
  return { namespace: namespace ?? "", name: name ?? "" };
}
