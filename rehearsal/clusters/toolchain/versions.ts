/** The programs that a site on this machine consists of, and those that people and the rehearsal use on it. */
export const PROGRAMS = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kwok",
  "kubectl",
  "helm",
] as const;

export type Program = (typeof PROGRAMS)[number];

/**
 * What runs in clusters and is run beside them here, since a rehearsal's pods run nothing: trust-manager as it is,
 * `issuers` with cert-manager's controllers, Pebble, a small ACME authority, and CoreDNS with the plugins that sites use.
 * Nobody fetches or builds them unless they are asked for by name.
 */
export const OPTIONAL_PROGRAMS = ["trust-manager", "issuers", "pebble", "coredns"] as const;

export type OptionalProgram = (typeof OPTIONAL_PROGRAMS)[number];

/** What is released, downloaded and built together. */
export type Bundle = "kubernetes" | "etcd" | "kwok" | "helm" | OptionalProgram;

/**
 * The one set of versions, as of 2026-11-20. Kubernetes is the newest patch of the minor version that sites get by default
 * (`plan/versions`) whose Go module is published whole; the others are the newest that fit it. What is built follows the
 * `go.mod` of each bundle in `modules`, which a test compares with this.
 */
export const VERSIONS: Readonly<Record<Bundle, string>> = {
  kubernetes: "1.35.4",
  etcd: "3.6.14",
  kwok: "0.8.0",
  helm: "3.22.0",
  // Those of the charts and images in `plan/versions`; the number of `issuers` is cert-manager's.
  "trust-manager": "0.25.0",
  issuers: "1.21.2",
  pebble: "2.10.3",
  coredns: "1.13.1",
};

/** What is known of a program. */
export interface ProgramFacts {
  readonly bundle: Bundle;
  /** The main package that it is built from. */
  readonly package: string;
  /** Arguments that make it print its version and end. */
  readonly versionArguments: readonly string[];
  /** Whether another version than ours does as well: what a site relies on is the same in both. */
  readonly fits: (version: Version) => boolean;
  /** Those versions, in words. */
  readonly wanted: string;
}

/** A version without its suffix. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/**
 * The version in what a program prints: the first three numbers with dots between.
 * @returns undefined where there is none
 */
export function readVersion(printed: string): Version | undefined {
  const found = /(?:^|[^\d.])v?(\d+)\.(\d+)\.(\d+)/.exec(printed);
  if (found === null) return undefined;
  return { major: Number(found[1]), minor: Number(found[2]), patch: Number(found[3]) };
}

const K8S = ours("kubernetes");
const ETCD = ours("etcd");
const KWOK = ours("kwok");
const HELM = ours("helm");

/** The parts of a control plane are of one minor version: nobody else tests them together. */
const sameMinor = (a: Version) => (b: Version) => a.major === b.major && a.minor === b.minor;

/** kubectl may be one minor version away (Kubernetes, "Version skew policy"). */
const skewed = (version: Version) => version.major === K8S.major && Math.abs(version.minor - K8S.minor) <= 1;

/** Helm 3 from 3.18 on: older ones do not know the API versions of this Kubernetes, and 4 has other flags. */
const LEAST_HELM_MINOR = 18;

export const FACTS: Readonly<Record<Program | OptionalProgram, ProgramFacts>> = {
  etcd: {
    bundle: "etcd",
    package: "go.etcd.io/etcd/server/v3",
    versionArguments: ["--version"],
    fits: sameMinor(ETCD),
    wanted: `${ETCD.major}.${ETCD.minor}`,
  },
  "kube-apiserver": controlPlane("kube-apiserver"),
  "kube-controller-manager": controlPlane("kube-controller-manager"),
  "kube-scheduler": controlPlane("kube-scheduler"),
  kwok: {
    bundle: "kwok",
    package: "sigs.k8s.io/kwok/cmd/kwok",
    versionArguments: ["--version"],
    fits: sameMinor(KWOK),
    wanted: `${KWOK.major}.${KWOK.minor}`,
  },
  kubectl: {
    bundle: "kubernetes",
    package: "k8s.io/kubernetes/cmd/kubectl",
    versionArguments: ["version", "--client"],
    fits: skewed,
    wanted: `${K8S.major}.${K8S.minor - 1} to ${K8S.major}.${K8S.minor + 1}`,
  },
  helm: {
    bundle: "helm",
    package: "helm.sh/helm/v3/cmd/helm",
    versionArguments: ["version", "--short"],
    fits: (version) => version.major === HELM.major && version.minor >= LEAST_HELM_MINOR,
    wanted: `${HELM.major}.${LEAST_HELM_MINOR} or later, below ${HELM.major + 1}`,
  },
  "trust-manager": optional("trust-manager", "github.com/cert-manager/trust-manager/cmd/trust-manager"),
  issuers: optional("issuers", "multisite.invalid/issuers"),
  pebble: optional("pebble", "github.com/letsencrypt/pebble/v2/cmd/pebble"),
  coredns: optional("coredns", "multisite.invalid/coredns"),
};

/** They are not looked for on the PATH, so that nobody asks them for their version. */
function optional(bundle: OptionalProgram, main: string): ProgramFacts {
  return { bundle, package: main, versionArguments: [], fits: () => true, wanted: VERSIONS[bundle] };
}

function controlPlane(name: string): ProgramFacts {
  return {
    bundle: "kubernetes",
    package: `k8s.io/kubernetes/cmd/${name}`,
    versionArguments: ["--version"],
    fits: sameMinor(K8S),
    wanted: `${K8S.major}.${K8S.minor}`,
  };
}

function ours(bundle: Bundle): Version {
  return readVersion(VERSIONS[bundle])!;
}

/** The programs of a bundle. */
export function programsOf(bundle: Bundle): (Program | OptionalProgram)[] {
  return [...PROGRAMS, ...OPTIONAL_PROGRAMS].filter((program) => FACTS[program].bundle === bundle);
}
