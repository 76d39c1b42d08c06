import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { authorityLimitProblems } from "./authorityLimits";
import { isSelfSigned, oneLine } from "./bundle";
import { constraintsOf } from "./extensions";
import { certificateAsRead } from "./pem";
import type { RootUse } from "./rootUse";

/** Material that a team brings and that cannot be a root. Its message names fields, and shows nothing of a key. */
export class SuppliedRootError extends Error {
  override readonly name = "SuppliedRootError";
}

const NO_USE: RootUse = { signs: [], isExchanged: false };

/**
 * Everything that is wrong with a root that a team brings.
 * @param keyPem undefined for a key that is not known yet
 */
export function suppliedRootProblems(
  certificatePem: string,
  keyPem: string | undefined,
  now: Date,
  use = NO_USE,
): string[] {
  const problems = problemsOf(certificatePem, keyPem, now, true);
  return problems.length > 0 ? problems : useProblems(new X509Certificate(certificatePem), use, now);
}

/** What the tls provider would sign all the same. */
function useProblems(root: X509Certificate, { signs, isExchanged }: RootUse, now: Date): string[] {
  const below = signs.find(({ isCa }) => isCa);
  const [shortest] = byLifetime(signs);
  const hours = hoursLeft(root, now);
  return [
    ...(below !== undefined && constraintsOf(root).pathLength === 0
      ? [
          `certificate has a path length of 0, which allows no CA below it, and ${below.role} of ${below.site} is one: give a root with ` +
            "1 or more, or leave trust.signers empty.",
        ]
      : []),
    ...(shortest !== undefined && !isExchanged && hours < shortest.lifetimeHours
      ? [
          `certificate ends ${dayOf(root.validTo)}, in ${daysOf(hours)} days, before all that it signs: ${shortest.role} of ${shortest.site} lives ` +
            `${daysOf(shortest.lifetimeHours)} days. Give a root that lives longer: where sites are issued from this one already, under a new name, ` +
            "by multisite trust rotate --to NAME.",
        ]
      : []),
    ...authorityLimitProblems(root, signs).map((problem) => `certificate ${problem}`),
  ];
}

/**
 * What is to be known of a root that ends before some of what it may sign: it is no mistake yet, for what is signed already stays
 * as it is.
 * @param certificatePem of a root without problems
 */
export function suppliedRootWarnings(
  generation: string,
  certificatePem: string,
  now: Date,
  { signs, isExchanged }: RootUse,
): string[] {
  const root = new X509Certificate(certificatePem);
  const longest = byLifetime(signs).at(-1);
  const hours = hoursLeft(root, now);
  if (longest === undefined || isExchanged || hours >= longest.lifetimeHours) return [];
  return [
    `Root ${generation} ends ${dayOf(root.validTo)}, in ${daysOf(hours)} days: what is signed now may outlive it, as ${longest.role} of ` +
      `${longest.site}, which lives ${daysOf(longest.lifetimeHours)} days. Begin its exchange: multisite trust rotate.`,
  ];
}

function byLifetime(signs: RootUse["signs"]): RootUse["signs"] {
  return [...signs].sort((a, b) => a.lifetimeHours - b.lifetimeHours);
}

function hoursLeft(certificate: X509Certificate, now: Date): number {
  return (Date.parse(certificate.validTo) - now.getTime()) / 3_600_000;
}

function daysOf(hours: number): number {
  return Math.floor(hours / 24);
}

function dayOf(time: string): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** The same of any authority that signs: it may be an intermediate. */
export function authorityProblems(certificatePem: string, keyPem: string | undefined, now: Date): string[] {
  return problemsOf(certificatePem, keyPem, now, false);
}

function problemsOf(certificatePem: string, keyPem: string | undefined, now: Date, isRoot: boolean): string[] {
  const blocks = certificatePem.match(/-----BEGIN [A-Z0-9 ]+-----/g) ?? [];
  if (blocks.some((block) => block.includes("PRIVATE KEY"))) {
    return ["certificate holds a private key: give the certificate alone."];
  }
  // The tls provider reads the first block only, and would sign by whatever stands there.
  if (blocks.length !== 1)
    return [
      `certificate has ${blocks.length} PEM blocks: give exactly one, ${isRoot ? "the root's" : "the signer's"}.`,
    ];
  const certificate = read(() => new X509Certificate(certificatePem));
  const key = keyPem === undefined ? undefined : read(() => createPrivateKey(keyPem));
  return [
    ...(certificate === undefined ? ["certificate cannot be read: give an X.509 certificate in PEM."] : []),
    ...(keyPem !== undefined && key === undefined
      ? ["key cannot be read: give a private key in PEM, not encrypted."]
      : []),
    ...(certificate === undefined ? [] : certificateProblems(certificate, now, isRoot)),
    ...(certificate && key && !certificate.checkPrivateKey(key)
      ? ["key is not the certificate's: give the pair."]
      : []),
  ];
}

/** The certificate, when nothing is wrong. Throws SuppliedRootError with everything that is. */
export function checkedRoot(
  generation: string,
  certificatePem: string,
  keyPem: string | undefined,
  now: Date,
  use = NO_USE,
): string {
  const problems = suppliedRootProblems(certificatePem, keyPem, now, use);
  if (problems.length === 0) return certificateAsRead(certificatePem);
  throw new SuppliedRootError([`Root ${generation} cannot be used:`, ...problems.map((one) => `  ${one}`)].join("\n"));
}

function certificateProblems(certificate: X509Certificate, now: Date, isRoot: boolean): string[] {
  const end = new Date(certificate.validTo);
  const start = new Date(certificate.validFrom);
  return [
    ...(certificate.ca ? [] : [`certificate (${oneLine(certificate.subject)}) is no CA: give one with CA:TRUE.`]),
    ...(isRoot && certificate.ca && !isSelfSigned(certificate)
      ? [`certificate is an intermediate, signed by ${oneLine(certificate.issuer)}: give the root itself.`]
      : []),
    ...(end <= now ? [`certificate ended ${dayOf(certificate.validTo)}: give one that is valid.`] : []),
    ...(start > now ? [`certificate begins ${dayOf(certificate.validFrom)}: wait, or correct the clock.`] : []),
    ...keyProblems(certificate.publicKey, isRoot),
  ];
}

const LEAST_RSA_BITS = 2048;
const CURVES = ["prime256v1", "secp384r1", "secp521r1"];

function keyProblems({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject, isRoot: boolean): string[] {
  if (type === "rsa" && (details?.modulusLength ?? 0) < LEAST_RSA_BITS) {
    return [`certificate has an RSA key of ${details?.modulusLength} bits: give ${LEAST_RSA_BITS} or more.`];
  }
  if (type === "ec" && !CURVES.includes(details?.namedCurve ?? "")) {
    return [`certificate has a key on curve ${details?.namedCurve}: give P-256, P-384 or P-521.`];
  }
  return type === "rsa" || type === "ec" || !isRoot
    ? []
    : [`certificate has a key of type ${type}: give RSA or ECDSA.`];
}

function read<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
