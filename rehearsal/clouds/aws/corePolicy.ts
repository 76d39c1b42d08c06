import type { ValueRule } from "../model";
import { regionRefusal } from "../regions";

/** A core network's policy, as far as a rehearsal acts on it. */
export interface Policy {
  readonly edges: readonly { readonly location: string; readonly asn: number | undefined }[];
  /** Segment of an attachment of which nothing is said; undefined when no rule takes it. */
  readonly segment: { readonly name: string; readonly isAccepted: boolean } | undefined;
  readonly ruleNumber: number | undefined;
}

/** A policy document as JSON has it. */
interface Document {
  readonly version?: unknown;
  readonly "core-network-configuration"?: {
    readonly "asn-ranges"?: unknown;
    readonly "edge-locations"?: readonly { readonly location?: unknown; readonly asn?: unknown }[];
  };
  readonly segments?: readonly { readonly name?: unknown; readonly "require-attachment-acceptance"?: unknown }[];
  readonly "attachment-policies"?: readonly {
    readonly "rule-number"?: number;
    readonly conditions?: readonly { readonly type?: unknown }[];
    readonly action?: { readonly "association-method"?: unknown; readonly segment?: unknown };
  }[];
}

/** What Cloud WAN refuses of a policy document. Source: Cloud WAN guide, "Core network policy versions", parameters. */
export const policyDocument: ValueRule = (value) => {
  if (typeof value !== "string") return undefined;
  const document = parsed(value);
  if (document === undefined) return "must be a policy in JSON; it cannot be read as JSON";
  if (document.version !== "2021.12" && document.version !== "2025.11")
    return `must have version "2021.12" or "2025.11"; got ${JSON.stringify(document.version)}`;
  return edgeRefusal(document) ?? segmentRefusal(document);
};

function edgeRefusal({ "core-network-configuration": configuration }: Document): string | undefined {
  const ranges = (Array.isArray(configuration?.["asn-ranges"]) ? configuration["asn-ranges"] : []).map(rangeOf);
  if (ranges.length === 0 || ranges.some((range) => range === undefined))
    return "must have asn-ranges of private ASNs such as 64512-65534";
  const edges = configuration?.["edge-locations"] ?? [];
  if (edges.length === 0) return "must have at least one of edge-locations";
  const asns = new Set<unknown>();
  for (const { location, asn } of edges) {
    const reason = regionRefusal("aws", String(location));
    if (reason !== undefined) return `must have regions in edge-locations; ${reason}`;
    if (asn === undefined) continue;
    if (!ranges.some((range) => range !== undefined && Number(asn) >= range[0] && Number(asn) <= range[1]))
      return `must have ASNs of edges within asn-ranges; got ${String(asn)}`;
    if (asns.has(asn)) return `must have another ASN for each edge; ${String(asn)} is given twice`;
    asns.add(asn);
  }
  const repeated = edges.find(({ location }, index) => edges.findIndex((edge) => edge.location === location) < index);
  return repeated === undefined
    ? undefined
    : `must name a region once in edge-locations; ${String(repeated.location)} is twice`;
}

function rangeOf(text: unknown): readonly [number, number] | undefined {
  const [low, high] = String(text).split("-").map(Number);
  const isPrivate = (asn: number | undefined) =>
    asn !== undefined && ((asn >= 64512 && asn <= 65534) || (asn >= 4_200_000_000 && asn <= 4_294_967_294));
  return isPrivate(low) && isPrivate(high) && low! <= high! ? [low!, high!] : undefined;
}

function segmentRefusal(document: Document): string | undefined {
  const names = (document.segments ?? []).map(({ name }) => name);
  const wrong = names.find((name) => !/^[A-Za-z][A-Za-z0-9]{0,255}$/.test(String(name)));
  if (names.length === 0) return "must have at least one of segments";
  if (wrong !== undefined) return `must have segments named by letters and digits; got ${JSON.stringify(wrong)}`;
  const stray = (document["attachment-policies"] ?? []).find(
    ({ action }) => action?.["association-method"] === "constant" && !names.includes(action.segment),
  );
  return stray === undefined
    ? undefined
    : `must send attachments to one of its segments; got ${String(stray.action?.segment)}`;
}

/** The document that a live policy has. */
export function readPolicy(text: string): Policy {
  const document = parsed(text) ?? {};
  const edges = document["core-network-configuration"]?.["edge-locations"] ?? [];
  const rules = [...(document["attachment-policies"] ?? [])].sort(
    (a, b) => (a["rule-number"] ?? 0) - (b["rule-number"] ?? 0),
  );
  const rule = rules.find(({ conditions }) => conditions?.some(({ type }) => type === "any"));
  const segment = document.segments?.find(({ name }) => name === rule?.action?.segment);
  return {
    edges: edges.map(({ location, asn }) => ({
      location: String(location),
      asn: asn === undefined ? undefined : Number(asn),
    })),
    segment: segment && {
      name: String(segment.name),
      isAccepted: segment["require-attachment-acceptance"] === false,
    },
    ruleNumber: rule?.["rule-number"],
  };
}

/** The edge in a region. */
export function edgeOf({ edges }: Policy, region: string | undefined) {
  return edges.find(({ location }) => location === region);
}

function parsed(text: string): Document | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
