import { createHash, X509Certificate } from "node:crypto";
import { holdsPrivateKey, splitCertificates } from "./pem";

/** A bundle that may not be given to anybody. Its message shows nothing of the text but names of certificates. */
export class BundleError extends Error {
  override readonly name = "BundleError";
}

/** The certificates of a text in PEM. Throws BundleError for what is none. */
export function certificatesOf(pem: string, what: string): X509Certificate[] {
  const found = certificatesIn(pem, what);
  if (found.length === 0) throw new BundleError(`${what} holds no certificate in PEM.`);
  return found;
}

/** The same of a text that may hold none. Throws BundleError for a private key, and for what cannot be read. */
export function certificatesIn(pem: string, what: string): X509Certificate[] {
  if (holdsPrivateKey(pem)) throw new BundleError(`${what} holds a private key: give certificates only.`);
  const blocks = splitCertificates(pem);
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch {
      throw new BundleError(`${what}: certificate ${index + 1} of ${blocks.length} cannot be read.`);
    }
  });
}

/** Everything that is wrong with a bundle of roots; empty when it may be trusted. */
export function bundleProblems(certificates: readonly X509Certificate[], now: Date): string[] {
  const keys = certificates.map(keyPrintOf);
  return certificates.flatMap((certificate, index) => {
    const name = `certificate ${index + 1} (${oneLine(certificate.subject)})`;
    return [
      ...doubleProblem(name, index, certificates, keys),
      ...(certificate.ca ? [] : [`${name} is no CA: a bundle holds roots only.`]),
      ...(certificate.ca && !isSelfSigned(certificate)
        ? [`${name} is an intermediate, signed by ${oneLine(certificate.issuer)}: it would become a root of its own.`]
        : []),
      ...(new Date(certificate.validTo) <= now ? [`${name} ended ${certificate.validTo}: withdraw it.`] : []),
    ];
  });
}

/** One root twice, or two of one key: whoever trusts either trusts what both signed, so that none of them can be withdrawn. */
function doubleProblem(
  name: string,
  index: number,
  certificates: readonly X509Certificate[],
  keys: readonly string[],
): string[] {
  const first = keys.indexOf(keys[index]!);
  if (first === index) return [];
  return [
    certificates[first]!.raw.equals(certificates[index]!.raw)
      ? `${name} is certificate ${first + 1} again: list each root once.`
      : `${name} is of the same key as certificate ${first + 1}: make the new root with a key of its own.`,
  ];
}

/**
 * The roots of a site as one text, each ending with one line break.
 * @param now time at which none of them may have ended
 * @throws BundleError with everything that is wrong with it.
 */
export function bundleOf(site: string, roots: readonly string[], now: Date): string {
  const what = `The bundle of site ${site}`;
  const text = roots.map((root) => `${root.trim()}\n`).join("");
  const problems = bundleProblems(certificatesOf(text, what), now);
  if (problems.length === 0) return text;
  throw new BundleError([`${what} may not be trusted:`, ...problems.map((one) => `  ${one}`)].join("\n"));
}

/** What a bundle trusts, as one value: SHA-256 over the sorted fingerprints of its roots, whatever their order in it. */
export function bundleHash(pem: string): string {
  return hashOfRoots(certificatesOf(pem, "The bundle").map(fingerprintOf));
}

/** The same for roots of which only the fingerprints are at hand. */
export function hashOfRoots(fingerprints: readonly string[]): string {
  const sorted = [...new Set(fingerprints)].sort();
  return createHash("sha256").update(sorted.join("\n")).digest("hex");
}

/** SHA-256 of a certificate, in hexadecimal. */
export function fingerprintOf(certificate: X509Certificate): string {
  return createHash("sha256").update(certificate.raw).digest("hex");
}

/** What tells a root from another, in hexadecimal: what a stack of a trust says of its roots. */
export interface RootPrints {
  /** SHA-256 of the certificate. */
  readonly certificate: string;
  /** SHA-256 of its public key. */
  readonly key: string;
}

/** SHA-256 of a certificate's public key, in hexadecimal: the same for two certificates of one key. */
export function keyPrintOf({ publicKey }: X509Certificate): string {
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("hex");
}

export function isSelfSigned(certificate: X509Certificate): boolean {
  return certificate.subject === certificate.issuer && certificate.verify(certificate.publicKey);
}

export function oneLine(name: string): string {
  return name.split("\n").join(", ");
}
