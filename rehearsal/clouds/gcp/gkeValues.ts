import { kubernetesVersion } from "../kubernetesVersions";
import { zonesOf } from "../regions";
import { between, matches, oneOf } from "../rules";
import { text } from "../wire";
import { ACCOUNT } from "./names";

/** Names of clusters and pools. */
export const clusterName = {
  property: "name",
  rule: matches(
    /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/,
    "1 to 40 lower-case letters, digits and hyphens that begin with a letter",
  ),
  maxLength: 40,
} as const;
/** A minor version, or more of it. */
export const MASTER_VERSION = kubernetesVersion(/^(\.\d+(-gke\.\d+)?)?$/);
/** The account that nodes are. */
export const nodeAccount = { to: [ACCOUNT], unless: /^default$|@(?!.*\.iam\.gserviceaccount\.com$)/ } as const;

/** One zone of the location. */
export const inRegion = (value: unknown, { inputs }: { inputs: unknown }): string | undefined => {
  const zones = zonesOf("gcp", text(inputs, "location")?.replace(/-[a-z]$/, ""));
  return zones === undefined || zones.includes(String(value))
    ? undefined
    : `must be a zone of ${text(inputs, "location")} (${zones.join(", ")}); got "${value}"`;
};
/** A region or a zone. */
export const location = (value: unknown): string | undefined => {
  const [, region, zone] = /^([a-z]+-[a-z]+\d+)(-[a-z])?$/.exec(String(value)) ?? [];
  const zones = zonesOf("gcp", region);
  if (zones === undefined) return `must be a region or zone of Google Cloud; got "${value}"`;
  return zone === undefined || zones.includes(String(value))
    ? undefined
    : `must be a zone of ${region} (${zones.join(", ")}) or the region; got "${value}"`;
};
/** Values of nodes, in a cluster and in a pool. */
export const nodeValues = {
  "nodeConfig.diskType": oneOf(
    "pd-standard",
    "pd-balanced",
    "pd-ssd",
    "pd-extreme",
    "hyperdisk-balanced",
    "hyperdisk-extreme",
    "hyperdisk-throughput",
  ),
  "nodeConfig.diskSizeGb": between(10, 65536, "GB"),
  "nodeConfig.taints[*].effect": oneOf("NO_SCHEDULE", "PREFER_NO_SCHEDULE", "NO_EXECUTE"),
  "nodeConfig.workloadMetadataConfig.mode": oneOf("GKE_METADATA", "GCE_METADATA", "MODE_UNSPECIFIED"),
};
