import type { SiteKind } from "./spec";

/** A kind of site whose cluster this library builds. */
export type BuiltKind = Exclude<SiteKind, "existing">;

/** A chart at the version that this library installs. */
export interface ChartVersion {
  readonly chart: string;
  readonly version: string;
  /** The day of its release. */
  readonly date: string;
  /** Chart repository. */
  readonly repository: string;
  /** Where the same chart is without that repository: a Go module, whose proxy also serves air-gapped networks. */
  readonly offline: { readonly goModule: string; readonly version: string; readonly path: string };
}

/** The one datapath of all sites. Its tag v1.19.5 is of this day (Go module's own record). */
export const CILIUM: ChartVersion = {
  chart: "cilium",
  version: "1.19.5",
  date: "2026-06-16",
  repository: "https://helm.cilium.io/",
  offline: { goModule: "github.com/cilium/cilium", version: "v1.19.5", path: "install/kubernetes/cilium" },
};

/** Minor versions of Cilium whose values this library knows. 1.19 is the first that lets a dead site's backends go. */
export const CILIUM_MINORS = ["1.19", "1.20"] as const;

export const DEFAULT_CILIUM_MINOR = "1.19";

export type CiliumMinor = (typeof CILIUM_MINORS)[number];

/** The next minor version, for fleets that ask for it. */
const CILIUM_1_20: ChartVersion = {
  ...CILIUM,
  version: "1.20.2",
  date: "2026-09-15",
  offline: { ...CILIUM.offline, version: "v1.20.2" },
};

/** The chart of a minor version. */
export const CILIUM_CHARTS: Readonly<Record<CiliumMinor, ChartVersion>> = { "1.19": CILIUM, "1.20": CILIUM_1_20 };
/** Issues certificates within a site. Date: the Go module's own record of the tag. */
export const CERT_MANAGER: ChartVersion = {
  chart: "cert-manager",
  version: "v1.21.2",
  date: "2026-09-10",
  repository: "https://charts.jetstack.io",
  offline: {
    goModule: "github.com/cert-manager/cert-manager",
    version: "v1.21.2",
    path: "deploy/charts/cert-manager",
  },
};

/** Brings trust bundles into namespaces. Date: the Go module's own record of the tag. */
export const TRUST_MANAGER: ChartVersion = {
  chart: "trust-manager",
  version: "v0.25.0",
  date: "2026-09-11",
  repository: "https://charts.jetstack.io",
  offline: {
    goModule: "github.com/cert-manager/trust-manager",
    version: "v0.25.0",
    path: "deploy/charts/trust-manager",
  },
};

/** What autoscalers read usage from. Date: the chart's CHANGELOG.md, in the module of the program's v0.9.0. */
export const METRICS_SERVER: ChartVersion = {
  chart: "metrics-server",
  version: "3.13.1",
  date: "2026-02-27",
  repository: "https://kubernetes-sigs.github.io/metrics-server/",
  offline: { goModule: "sigs.k8s.io/metrics-server", version: "v0.9.0", path: "charts/metrics-server" },
};

/** An image that this library runs programs of its own in. */
export interface ImageVersion {
  readonly image: string;
  /** The day of its release. */
  readonly date: string;
}

/** Node.js of the line that is supported until April 2028. Date: the release notes of Node.js 24.11.1. */
export const NODE_IMAGE: ImageVersion = { image: "docker.io/library/node:24.11.1-alpine3.22", date: "2025-11-11" };

/**
 * Answers names of all sites. Cilium asks for 1.12.2 or later (its "Multi-Cluster Services API"); this is the version of
 * Kubernetes 1.35 (cmd/kubeadm/app/constants). It reads v1alpha1, which Cilium's definitions serve in both minors.
 */
export const COREDNS: ImageVersion = {
  image: "registry.k8s.io/coredns/coredns:v1.13.1",
  date: "2025-10-08",
};

/** Every chart that this library installs. */
export const CHARTS: readonly ChartVersion[] = [CILIUM, CILIUM_1_20, CERT_MANAGER, TRUST_MANAGER, METRICS_SERVER];

/**
 * Kubernetes minor versions that Cilium 1.19.5 is tested with, the oldest first.
 * Source: Documentation/network/kubernetes/compatibility.rst of that tag.
 */
export const KUBERNETES_VERSIONS: readonly string[] = ["1.32", "1.33", "1.34", "1.35"];

/** What a cloud says of one of its minor versions. */
interface Support {
  /** Last day of standard support: afterwards the cloud upgrades by itself, or charges more. */
  readonly until?: string;
  /** EKS add-ons at the version that fits. GKE and AKS bring theirs with the control plane: nothing is pinned there. */
  readonly addons?: EksAddons;
}

/** Versions of the EKS add-ons that the library installs. */
export interface EksAddons {
  readonly coredns: string;
  readonly "aws-ebs-csi-driver": string;
  readonly "eks-pod-identity-agent": string;
}

const CSI_AND_IDENTITY = {
  "aws-ebs-csi-driver": "v1.56.0-eksbuild.1",
  "eks-pod-identity-agent": "v1.3.10-eksbuild.2",
} as const;

/**
 * Read on 2026-11-20. EKS support: endoflife.date/amazon-eks; CoreDNS: EKS user guide, "CoreDNS versions" of 2026; CSI
 * driver and identity agent: versions in public use with 1.35 in 2026 (no table of them is published). AKS support:
 * Azure/azure-aks-docs fb060ab, supported-kubernetes-versions.md (by month: its last day). GKE publishes no dates that
 * hold for every channel.
 */
const SUPPORT: Readonly<Record<BuiltKind, Readonly<Record<string, Support>>>> = {
  eks: {
    "1.32": { until: "2026-03-23", addons: { coredns: "v1.11.4-eksbuild.33", ...CSI_AND_IDENTITY } },
    "1.33": { until: "2026-07-29", addons: { coredns: "v1.13.2-eksbuild.4", ...CSI_AND_IDENTITY } },
    "1.34": { until: "2026-12-02", addons: { coredns: "v1.13.2-eksbuild.4", ...CSI_AND_IDENTITY } },
    "1.35": { until: "2027-03-27", addons: { coredns: "v1.13.2-eksbuild.4", ...CSI_AND_IDENTITY } },
  },
  gke: {},
  aks: {
    "1.32": { until: "2026-03-31" },
    "1.33": { until: "2026-07-31" },
    "1.34": { until: "2026-11-30" },
    "1.35": { until: "2027-03-31" },
  },
};

/** The version of a site that names none: the newest that EKS, GKE and AKS all offer and that Cilium is tested with. */
export const DEFAULT_KUBERNETES_VERSION = "1.35";

/** Last day of the cloud's standard support of a minor version, or undefined where none is known. */
export function supportedUntil(kind: BuiltKind, minor: string): string | undefined {
  return SUPPORT[kind][minor]?.until;
}

/**
 * The versions of EKS add-ons that fit a minor version.
 * @throws RangeError for a version that is not in {@link KUBERNETES_VERSIONS}: the spec's problems name it before.
 */
export function eksAddons(minor: string): EksAddons {
  const addons = SUPPORT.eks[minor]?.addons;
  if (addons === undefined) throw new RangeError(`no EKS add-ons are known for Kubernetes ${minor}`);
  return addons;
}
