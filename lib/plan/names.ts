import { createHash } from "node:crypto";

/** Characters of the hash that ends a shortened name: 40 bits, so that two of a thousand names share one once in a million. */
const HASH_CHARACTERS = 8;

/**
 * A name of at most `limit` characters: the name itself, or its beginning and a hash of the whole. Two names that are
 * cut at the same place stay two (up to a collision of the hash), and the result never changes from run to run.
 * @param name letters, digits and "-", beginning with a letter or digit
 * @param limit the cloud's limit, 10 or more: below that no two names could be told apart
 */
export function shorten(name: string, limit: number): string {
  if (limit < HASH_CHARACTERS + 2) throw new RangeError(`a name of ${limit} characters cannot be told from others`);
  if (name.length <= limit) return name;
  const kept = name.slice(0, limit - HASH_CHARACTERS - 1).replace(/[^A-Za-z0-9]+$/, "");
  return `${kept}-${hash(name)}`;
}

/** Lower-case letters and digits only: every cloud's names take them. */
function hash(name: string): string {
  const bits = createHash("sha256").update(name).digest().readBigUInt64BE() >> 24n;
  return bits.toString(32).padStart(HASH_CHARACTERS, "0");
}

/** What a cloud says of the names of one kind of resource. */
export interface NameRule {
  /** Characters at most. */
  readonly longest: number;
  /** Characters of the suffix that the provider adds to a name that it makes up itself. */
  readonly madeUp: number;
  /** The document that says so. */
  readonly source: string;
}

const AWS_SUFFIX = 8; // "-" and 7 hexadecimal digits: the Terraform bridge's autonaming
const AZURE_SUFFIX = 8; // 8 hexadecimal digits: azure-native's autonaming
const AZURE = "Azure, Naming rules and restrictions for Azure resources";

/** Limits of names by resource, in the clouds' own words for them. Read 2026-11-20. */
export const NAME_RULES = {
  eksCluster: { longest: 100, madeUp: AWS_SUFFIX, source: "Amazon EKS API, CreateCluster" },
  eksNodeGroup: { longest: 63, madeUp: AWS_SUFFIX, source: "Amazon EKS API, CreateNodegroup" },
  iamRole: { longest: 64, madeUp: AWS_SUFFIX, source: "IAM API, CreateRole" },
  loadBalancer: { longest: 32, madeUp: AWS_SUFFIX, source: "Elastic Load Balancing API, CreateLoadBalancer" },
  targetGroup: { longest: 32, madeUp: AWS_SUFFIX, source: "Elastic Load Balancing API, CreateTargetGroup" },
  gkeCluster: { longest: 40, madeUp: AWS_SUFFIX, source: "GKE API, projects.locations.clusters" },
  gkeNodePool: { longest: 40, madeUp: AWS_SUFFIX, source: "GKE API, projects.locations.clusters.nodePools" },
  gcpResource: { longest: 63, madeUp: AWS_SUFFIX, source: "Compute Engine, Naming resources (RFC 1035)" },
  gcpServiceAccount: { longest: 30, madeUp: 0, source: "IAM API, projects.serviceAccounts.create" },
  aksCluster: { longest: 63, madeUp: AZURE_SUFFIX, source: AZURE },
  aksNodePool: { longest: 12, madeUp: 0, source: AZURE },
  azureResourceGroup: { longest: 90, madeUp: AZURE_SUFFIX, source: AZURE },
  azureNetworkResource: { longest: 64, madeUp: AZURE_SUFFIX, source: AZURE },
  azureKeyVault: { longest: 24, madeUp: AZURE_SUFFIX, source: AZURE },
} as const satisfies Readonly<Record<string, NameRule>>;

/** A kind of resource whose names a cloud limits. */
export type NamedResource = keyof typeof NAME_RULES;

/**
 * The logical name of a resource whose physical name the provider makes up from it: short enough for both.
 * @param parts words joined by "-", such as the site, the pool and a role
 */
export function logicalName(resource: NamedResource, ...parts: readonly string[]): string {
  const rule = NAME_RULES[resource];
  return shorten(parts.join("-"), rule.longest - rule.madeUp);
}

/** A physical name that we choose ourselves, within the cloud's limit. */
export function physicalName(resource: NamedResource, ...parts: readonly string[]): string {
  return shorten(parts.join("-"), NAME_RULES[resource].longest);
}
