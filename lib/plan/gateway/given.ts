import { createPrivateKey, type KeyObject, type X509Certificate } from "node:crypto";
import { BundleError, certificatesOf, isSelfSigned, oneLine } from "../trust/bundle";

/** A certificate that the program gives and its key, in PEM. */
export interface GivenPair {
  /** The site's own first, and its intermediates after it. */
  readonly certificate: string;
  readonly key: string;
}

/**
 * Part of a certificate's life, in per cent, that is left when another is to be there: 30 days of 90, and still a third of
 * shorter ones, as cert-manager's own default.
 */
export const RENEW_BEFORE_PERCENT = 33;

/** Extended key usage of servers (RFC 5280, 4.2.1.12). */
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

/** Below it OpenSSL's default level refuses a key, and so do browsers. */
const LEAST_RSA_BITS = 2048;

/**
 * Everything for which users of the domain, or the site's gateway, would not take a certificate at a time; empty when they
 * would. Each says what is given and what to change, and none shows anything of the key.
 */
export function givenProblems(domain: string, { certificate: pem, key }: GivenPair, now: Date): string[] {
  const chain = readChain(pem);
  if (typeof chain === "string") return [chain, ...(readKey(key) === undefined ? [UNREADABLE_KEY] : [])];
  const leaf = chain[0]!;
  return [
    ...nameProblems(leaf, domain),
    ...chain.flatMap((one, index) => timeProblems(one, calledOf(one, index), now)),
    ...linkProblems(chain),
    ...keyProblems(leaf, key),
  ];
}

/** When a chain ends, in seconds since 1970: with the first of its certificates that does. Undefined: it cannot be read. */
export function chainEndSeconds(pem: string): number | undefined {
  const chain = readChain(pem);
  return typeof chain === "string" ? undefined : endSeconds(chain);
}

function endSeconds(chain: readonly X509Certificate[]): number {
  return Math.min(...chain.map(({ validTo }) => Date.parse(validTo) / 1000));
}

/** What is to be said of a chain whose renewal is due, or that has ended; undefined: nothing yet. */
export function endingChain(pem: string, now: Date): string | undefined {
  const chain = readChain(pem);
  if (typeof chain === "string") return undefined;
  const end = new Date(endSeconds(chain) * 1000);
  const life = end.getTime() - Date.parse(chain[0]!.validFrom);
  const left = end.getTime() - now.getTime();
  if (left <= 0) return `ended ${time(end)}: users are refused, and its site is not ready`;
  if (left > (life * RENEW_BEFORE_PERCENT) / 100) return undefined;
  const days = Math.floor(left / DAY_MILLISECONDS);
  return `ends ${time(end)}, in ${days === 0 ? "less than a day" : days === 1 ? "1 day" : `${days} days`}`;
}

const DAY_MILLISECONDS = 86_400_000;

const UNREADABLE_KEY = "has a key that cannot be read: give it in PEM and without a password.";

function readChain(pem: string): X509Certificate[] | string {
  try {
    return certificatesOf(pem, "certificate");
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    return `holds no certificates that can be read (${error.message.replace(/\.$/, "")}): give the site's own in PEM, and its intermediates after it.`;
  }
}

function nameProblems(leaf: X509Certificate, domain: string): string[] {
  const uses: readonly string[] | undefined = leaf.keyUsage;
  return [
    // The common name is nothing to browsers (RFC 9525, 6.3).
    ...(leaf.checkHost(domain, { subject: "never" }) === undefined
      ? [
          `is for ${leaf.subjectAltName?.replaceAll("DNS:", "") ?? "no name"}, not for ${domain}: give one that users of ${domain} take.`,
        ]
      : []),
    ...(leaf.ca ? [`begins with a CA's (${oneLine(leaf.subject)}): give the site's own first.`] : []),
    ...(uses !== undefined && uses.length > 0 && !uses.includes(SERVER_AUTH)
      ? ["may not be used by servers: give one whose extended key usage has serverAuth."]
      : []),
  ];
}

function calledOf(one: X509Certificate, index: number): string {
  return index === 0 ? "" : `has intermediate ${index} (${oneLine(one.subject)}), which `;
}

function timeProblems({ validFrom, validTo }: X509Certificate, called: string, now: Date): string[] {
  const [start, end] = [new Date(validFrom), new Date(validTo)];
  if (end <= now) return [`${called}ended ${time(end)}: give one that is valid.`];
  if (start > now)
    return [`${called}begins ${time(start)}: give one that is valid already, or correct this machine's clock.`];
  return [];
}

/** A root signs no site's certificate where everybody believes it, so one alone lacks what browsers are shown (RFC 8446, 4.4.2). */
function linkProblems(chain: readonly X509Certificate[]): string[] {
  const only = chain[0]!;
  if (chain.length === 1 && !isSelfSigned(only))
    return [
      `comes without those who signed it (${oneLine(only.issuer)}): give its intermediates after it, or its root where that signed it.`,
    ];
  return chain.slice(1).flatMap((issuer, index) => {
    const one = chain[index]!;
    if (one.checkIssued(issuer) && one.verify(issuer.publicKey)) return [];
    return [
      `has certificate ${index + 2} (${oneLine(issuer.subject)}), which did not sign certificate ${index + 1}: give each one's ` +
        `issuer (${oneLine(one.issuer)}) next after it.`,
    ];
  });
}

function keyProblems(leaf: X509Certificate, key: string): string[] {
  const own = readKey(key);
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = leaf.publicKey;
  const bits = details?.modulusLength ?? 0;
  const weak =
    type === "rsa" && bits < LEAST_RSA_BITS
      ? [`has an RSA key of ${bits} bits: give one of ${LEAST_RSA_BITS} or more.`]
      : [];
  if (own === undefined) return [...weak, UNREADABLE_KEY];
  return leaf.checkPrivateKey(own)
    ? weak
    : [...weak, "has the key of another certificate: give the two that belong together."];
}

function readKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

function time(of: Date): string {
  return of.toISOString().replace(".000Z", "Z");
}
