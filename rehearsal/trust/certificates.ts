import type { X509Certificate } from "node:crypto";
import { certificatesIn, fingerprintOf, hashOfRoots, oneLine } from "../../lib/plan/trust/bundle";
import type { BundleFact, LeafFact, RootFact } from "../../lib/plan/trustPhases";

/**
 * What a bundle trusts, as one value that rolls the pods which read it: SHA-256 over the sorted fingerprints of its roots,
 * in hexadecimal. Order, blank lines and comments of the text do not change it.
 */
export function bundleHash(roots: readonly { readonly fingerprint: string }[]): string {
  return hashOfRoots(roots.map((root) => root.fingerprint));
}

/** Names of generations by the fingerprints of their roots. */
export type Generations = ReadonlyMap<string, string>;

/** What a bundle holds. */
export function bundleFact(
  where: string,
  pem: string,
  generations: Generations,
  writtenAt: string | undefined,
): BundleFact {
  const roots = certificatesIn(pem, "it").map((root) => rootFact(root, generations));
  return { where, hash: bundleHash(roots), roots, ...(writtenAt !== undefined && { writtenAt }) };
}

function rootFact(root: X509Certificate, generations: Generations): RootFact {
  const own = fingerprintOf(root);
  const generation = generations.get(own);
  return {
    fingerprint: own,
    subject: oneLine(root.subject),
    ...(generation !== undefined && { generation }),
    notAfter: iso(root.validTo),
  };
}

/**
 * What a Secret's certificate is, and in which root its chain ends, by signatures and not by names.
 * @param pem leaf first, then the intermediates
 * @param roots every root that was seen anywhere
 */
export function leafFact(
  where: string,
  pem: string,
  roots: readonly X509Certificate[],
  generations: Generations,
  writtenAt: string | undefined,
): LeafFact {
  const chain = certificatesIn(pem, "it");
  const [leaf] = chain;
  if (leaf === undefined) throw new Error("it holds no certificate");
  const root = rootOf(chain, roots);
  const generation = root === undefined ? undefined : generations.get(fingerprintOf(root));
  return {
    where,
    subject: oneLine(leaf.subject || leaf.subjectAltName || ""),
    issuer: oneLine(leaf.issuer),
    ...(generation !== undefined && { generation }),
    isIssuer: leaf.ca,
    notBefore: iso(leaf.validFrom),
    notAfter: iso(leaf.validTo),
    ...(writtenAt !== undefined && { writtenAt }),
  };
}

/** The organization of a chain's first certificate; undefined where there is none, or none that can be read. */
export function organizationOf(pem: string): string | undefined {
  const [leaf] = readable(pem);
  const { O: organization } = (leaf?.toLegacyObject().subject ?? {}) as { readonly O?: unknown };
  return typeof organization === "string" ? organization : undefined;
}

/** The certificates of a text; none where it holds something else. */
export function readable(pem: string): X509Certificate[] {
  try {
    return certificatesIn(pem, "it");
  } catch {
    return [];
  }
}

/** The root that a chain ends in: each certificate is signed by the one after it, and the last by the root. */
function rootOf(chain: readonly X509Certificate[], roots: readonly X509Certificate[]): X509Certificate | undefined {
  for (const [index, certificate] of chain.entries()) {
    const root = roots.find((one) => isSignedBy(certificate, one));
    if (root !== undefined) return root;
    const parent = chain[index + 1];
    if (parent === undefined || !isSignedBy(certificate, parent)) return undefined;
  }
  return undefined;
}

function isSignedBy(certificate: X509Certificate, by: X509Certificate): boolean {
  return by.ca && certificate.issuer === by.subject && certificate.verify(by.publicKey);
}

function iso(date: string): string {
  return new Date(date).toISOString();
}
