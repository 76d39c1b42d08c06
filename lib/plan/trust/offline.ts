import { X509Certificate } from "node:crypto";
import { certificatesIn } from "./bundle";
import { issuedProblems } from "./issued";
import type { CertificatePlan, IssuedSet, TrustPlan } from "./plan";
import { suppliedRootProblems } from "./supplied";

/** What somebody is to sign by hand, and how. */
export interface SigningTask {
  /** Name of the certificate in the plan, under which it comes back. */
  readonly name: string;
  readonly subject: string;
  /** Whole days that it is to live. */
  readonly days: number;
  /** What `openssl x509 -extfile` reads: a request of the tls provider says names only. */
  readonly extensions: string;
}

/** Text by which OpenSSL writes each use. */
const KEY_USES = {
  cert_signing: "keyCertSign",
  crl_signing: "cRLSign",
  digital_signature: "digitalSignature",
  key_encipherment: "keyEncipherment",
} as const;
const EXTENDED_USES = { server_auth: "serverAuth", client_auth: "clientAuth" } as const;

/** What is to be signed for one certificate. */
export function signingTask(certificate: CertificatePlan): SigningTask {
  const { name, subject, uses, isCa, dnsNames, ipAddresses, uris, lifetimeHours } = certificate;
  const texts = (table: { readonly [use: string]: string }) => uses.flatMap((use) => table[use] ?? []).join(", ");
  const names = [
    ...dnsNames.map((one) => `DNS:${one}`),
    ...ipAddresses.map((one) => `IP:${one}`),
    ...uris.map((one) => `URI:${one}`),
  ];
  const lines = [
    `basicConstraints = critical, CA:${isCa ? "TRUE, pathlen:0" : "FALSE"}`,
    `keyUsage = critical, ${texts(KEY_USES)}`,
    ...(texts(EXTENDED_USES) === "" ? [] : [`extendedKeyUsage = ${texts(EXTENDED_USES)}`]),
    "subjectKeyIdentifier = hash",
    "authorityKeyIdentifier = keyid",
    ...(names.length === 0 ? [] : [`subjectAltName = ${names.join(", ")}`]),
  ];
  const parts = [subject.organization, subject.organizationalUnit, subject.commonName];
  return {
    name,
    subject: parts.filter((part) => part !== undefined).join(", "),
    days: Math.floor(lifetimeHours / 24),
    extensions: `${lines.join("\n")}\n`,
  };
}

/** Certificates of the plan that are issued from a generation. */
export function certificatesFrom({ sites }: TrustPlan, generation: string): CertificatePlan[] {
  return sites.filter((site) => site.generation === generation).flatMap(certificatesOfSet);
}

/** Certificates of the plan that may come from a generation: also those that are asked for ahead, or kept. */
export function certificatesOfAny({ sites }: TrustPlan, generation: string): CertificatePlan[] {
  return sites
    .flatMap((site) => [site, ...site.others])
    .filter((set) => set.generation === generation)
    .flatMap(certificatesOfSet);
}

/** All certificates of a set. */
export function certificatesOfSet({ leaves, intermediates }: IssuedSet): CertificatePlan[] {
  return [...leaves, ...intermediates];
}

/** What came back from whoever signs by hand. */
export interface OfflineMaterial {
  /** The root's certificate in PEM. */
  readonly root: string;
  /** Certificates in PEM by their names in the plan, each with its intermediates after it. */
  readonly certificates: { readonly [name: string]: string };
}

/** Everything that is wrong with what came back, as far as no key is needed to tell; empty when it may be used. */
export function offlineProblems(
  generation: string,
  asked: readonly CertificatePlan[],
  { root, certificates }: OfflineMaterial,
  now: Date,
): string[] {
  const ofRoot = suppliedRootProblems(root, undefined, now).map((problem) => `root: ${problem}`);
  if (ofRoot.length > 0) return ofRoot;
  const authority = new X509Certificate(root);
  return Object.entries(certificates).flatMap(([name, chain]) => {
    const one = asked.find((certificate) => certificate.name === name && certificate.generation === generation);
    if (one === undefined) return [];
    return issuedProblems({ asked: one, chain, root: authority, now, mayHaveEnded: true }).map(
      (problem) => `certificates.${name}: ${problem}`,
    );
  });
}

/** What of what came back nobody asks for: of a site that has left, or under a wrong name. It holds nothing up. */
export function offlineWarnings(
  generation: string,
  asked: readonly CertificatePlan[],
  { certificates }: OfflineMaterial,
): string[] {
  const names = new Set(asked.map(({ name }) => name));
  const more = Object.keys(certificates).filter((name) => !names.has(name));
  if (more.length === 0) return [];
  return [
    `signers.${generation}.certificates: nothing is to be signed by ${generation} under ${more.join(", ")}, so what came back so is not ` +
      "used: remove it, or correct the name.",
  ];
}

/** Whether it is time to have a certificate signed again. */
export function isDue({ earlyRenewalHours }: CertificatePlan, chain: string, now: Date): boolean {
  const [own] = certificatesIn(chain, "it");
  return own !== undefined && new Date(own.validTo).getTime() - earlyRenewalHours * 3_600_000 <= now.getTime();
}
