import { QUALIFIED_NAME } from "./schemaDemand";
import type { Path, Report } from "./wording";
import { show } from "./wording";

/** The names of an object that Kubernetes wants qualified: labels, node selectors, extended resources. */
export function checkQualifiedNames(map: object | undefined, path: Path, what: string, report: Report): void {
  for (const name of Object.keys(map ?? {})) {
    if (QUALIFIED_NAME.test(name)) continue;
    report(
      [...path, name],
      `is no name of ${what}: give "name" or "prefix/name", the name of at most 63 of A-Z, a-z, 0-9, "-", "_" and ".", beginning ` +
        `and ending with a letter or digit, the prefix a DNS name in lower case.`,
    );
  }
}

/** Prefixes of labels that only the kubelet or the cloud may set on a node (NodeRestriction, and the clouds' own). */
const KEPT_PREFIXES = ["kubernetes.io", "k8s.io", "eks.amazonaws.com", "kubernetes.azure.com", "cilium.io"];
const FREE_PREFIXES = ["node.kubernetes.io", "kubelet.kubernetes.io"];

/** Who keeps a label or taint key, or undefined when users may set it. */
export function keeperOfKey(key: string): string | undefined {
  const prefix = key.includes("/") ? key.slice(0, key.indexOf("/")) : undefined;
  if (prefix === undefined || FREE_PREFIXES.includes(prefix)) return undefined;
  return KEPT_PREFIXES.find((kept) => prefix === kept || prefix.endsWith(`.${kept}`));
}

type Tags = Readonly<Record<string, unknown>> | undefined;

/**
 * Tags that fit AWS and Azure alike; on Google Cloud they become labels.
 * @param inherited the fleet's, which a site's come on top of
 */
export function checkTags(tags: Tags, path: Path, report: Report, inherited?: Tags): void {
  const names = Object.keys(tags ?? {});
  const all = new Set([...Object.keys(inherited ?? {}), ...names]).size;
  if (names.length > 0 && all > MOST_TAGS) {
    const whose = inherited === undefined ? "" : ", the fleet's included";
    report(
      path,
      `has ${all} tags${whose}: give at most ${MOST_TAGS} (AWS and Azure take 50, the library adds its own).`,
    );
  }
  const alike = new Map<string, string>();
  for (const name of names) {
    const spelled = name.toLowerCase().replace(/[^a-z0-9_-]/g, "_");
    const other = alike.get(spelled);
    if (other !== undefined) {
      report(
        [...path, name],
        `is the same as ${show(other)} on Azure or Google Cloud, which write both "${spelled}": remove one.`,
      );
    }
    alike.set(spelled, name);
    if (/^(aws:|azure|microsoft|windows|multisite-)/i.test(name)) {
      report([...path, name], `begins with a prefix that AWS, Azure or this library keeps: give another name.`);
    } else if (!/^[\p{L}\p{N} _.:=+@-]{1,128}$/u.test(name)) {
      report(
        [...path, name],
        `is ${show(name)}: give a name of 1 to 128 letters, digits, spaces and _ . : = + - @, which AWS and Azure both take.`,
      );
    }
  }
}

const MOST_TAGS = 40;
