import type { Lifetimes, Term } from "./lifetimes";
import { staggered } from "./lifetimes";
import type { CertificatePlan, CertificateUse, LeafRole } from "./plan";
import type { SignerKind } from "./spec";

/** What of a certificate is the same for all of one fleet. */
export interface Issuance {
  readonly generation: string;
  readonly trustDomain: string;
  readonly lifetimes: Lifetimes;
}

/** Logical name of a generation's root. */
export function rootName(generation: string): string {
  return `root-${generation}`;
}

/** A root: it may sign one more level of CAs, so that no site's intermediate can make another. Never renewed. */
export function rootCertificate({ generation, trustDomain, lifetimes }: Issuance): CertificatePlan {
  const name = rootName(generation);
  return {
    ...{ name, role: "root", generation, site: undefined, issuer: name, curve: "P384" },
    subject: { commonName: `${trustDomain} root ${generation}`, organization: trustDomain },
    uses: ["cert_signing", "crl_signing"],
    ...NO_NAMES,
    ...{ isCa: true, maxPathLength: 1 },
    ...{ lifetimeHours: lifetimes.rootDays * 24, earlyRenewalHours: 0 },
  };
}

const NO_NAMES = { dnsNames: [], ipAddresses: [], uris: [] } as const;

interface LeafNames {
  readonly suffix: string;
  readonly commonName: (site: string) => string;
  readonly uses: readonly CertificateUse[];
  readonly dnsNames?: (site: string) => string[];
  readonly ipAddresses?: readonly string[];
}

const CLIENT: readonly CertificateUse[] = ["digital_signature", "key_encipherment", "client_auth"];
const SERVER: readonly CertificateUse[] = ["digital_signature", "key_encipherment", "server_auth"];
const MESH_API = "clustermesh-apiserver.kube-system.svc";

/**
 * Names that Cilium looks for. Its etcd takes the common name of a client for the user, so each site's says which site.
 * Source: Cilium 1.19, Documentation/network/clustermesh/setup.rst and tls-cronjob/_job-spec.tpl.
 */
const LEAVES: Readonly<Record<LeafRole, LeafNames>> = {
  meshServer: {
    suffix: "mesh-server",
    commonName: () => MESH_API,
    uses: SERVER,
    dnsNames: (site) => [MESH_API, "*.mesh.cilium.io", `${site}.mesh.cilium.io`],
    ipAddresses: ["127.0.0.1", "::1"],
  },
  meshAdmin: { suffix: "mesh-admin", commonName: (site) => `admin-${site}`, uses: CLIENT },
  meshRemote: { suffix: "mesh-remote", commonName: (site) => `remote-${site}`, uses: CLIENT },
  meshLocal: { suffix: "mesh-local", commonName: (site) => `local-${site}`, uses: CLIENT },
  hubbleServer: {
    suffix: "hubble-server",
    commonName: (site) => `*.${site}.hubble-grpc.cilium.io`,
    uses: [...SERVER, "client_auth"],
    dnsNames: (site) => [`*.${site}.hubble-grpc.cilium.io`],
  },
  hubbleRelay: {
    suffix: "hubble-relay",
    commonName: () => "*.hubble-relay.cilium.io",
    uses: CLIENT,
    dnsNames: () => ["*.hubble-relay.cilium.io"],
  },
};

const MESH_LEAVES = ["meshServer", "meshAdmin", "meshRemote", "meshLocal"] as const;

/** The roles of a site's leaves. */
export function leafRoles(hubble: boolean): readonly LeafRole[] {
  return hubble ? [...MESH_LEAVES, "hubbleServer", "hubbleRelay"] : MESH_LEAVES;
}

/**
 * A certificate that the trust stack signs for one site.
 * @param meshAddresses planned addresses of the site's mesh API: Cilium 1.19 looks for its peers by them, not by name
 */
export function leafCertificate(
  role: LeafRole,
  site: string,
  stagger: number,
  issuance: Issuance,
  meshAddresses: readonly string[] = [],
): CertificatePlan {
  const { suffix, commonName, uses, dnsNames, ipAddresses = [] } = LEAVES[role];
  const { leafDays, leafRenewalDays } = issuance.lifetimes;
  return {
    ...issuedTo(site, suffix, staggered(leafDays, leafRenewalDays, stagger), issuance),
    role,
    subject: { commonName: commonName(site), organization: issuance.trustDomain },
    ...{ uses, dnsNames: dnsNames?.(site) ?? [], uris: [] },
    ipAddresses: role === "meshServer" ? [...ipAddresses, ...meshAddresses] : ipAddresses,
    ...{ isCa: false, maxPathLength: undefined },
  };
}

const SIGNERS: Readonly<Record<SignerKind, { readonly suffix: string; readonly title: string }>> = {
  certManager: { suffix: "cert-manager-ca", title: "cert-manager" },
  istio: { suffix: "istio-ca", title: "istio" },
  linkerd: { suffix: "linkerd-issuer", title: "identity.linkerd.cluster.local" },
};

/**
 * What a site signs with by itself. It carries the fleet's trust domain as its SPIFFE id, and the site's path in its
 * subject: a signing certificate's id must have no path (SPIFFE X.509-SVID, 3), so verifiers would refuse it as a URI.
 */
export function intermediateCertificate(
  signer: SignerKind,
  site: string,
  stagger: number,
  issuance: Issuance,
): CertificatePlan {
  const { suffix, title } = SIGNERS[signer];
  const { intermediateDays, intermediateRenewalDays } = issuance.lifetimes;
  const { trustDomain } = issuance;
  // Linkerd finds its issuer by this name; the others read none.
  const commonName = signer === "linkerd" ? title : `${title} ${site}`;
  return {
    ...issuedTo(site, suffix, staggered(intermediateDays, intermediateRenewalDays, stagger), issuance),
    role: signer,
    subject: { commonName, organization: trustDomain, organizationalUnit: `site/${site}` },
    uses: ["cert_signing", "crl_signing"],
    ...NO_NAMES,
    uris: [`spiffe://${trustDomain}`],
    // The root's limit of one already forbids a CA below, and the tls provider drops a limit of 0.
    ...{ isCa: true, maxPathLength: undefined },
  };
}

function issuedTo(site: string, suffix: string, term: Term, { generation }: Issuance) {
  const name = `${site}-${generation}-${suffix}`;
  return { name, generation, site, issuer: rootName(generation), curve: "P256" as const, ...term };
}
