import { createPublicKey, type X509Certificate } from "node:crypto";
import * as ipaddr from "ipaddr.js";
import { authorityLimitProblems } from "./authorityLimits";
import { BundleError, certificatesIn, isSelfSigned, oneLine } from "./bundle";
import { constraintsOf, extendedUsesOf } from "./extensions";
import type { CertificatePlan } from "./plan";

/** Hours by which a lifetime may differ from the one that was asked: AWS dates a certificate an hour back. */
const SLACK_HOURS = 24;
const HOUR_MS = 3_600_000;

/** A certificate that came back from a signer, and what it is held against. */
export interface IssuedSubject {
  readonly asked: CertificatePlan;
  /** The certificate in PEM, and after it the intermediates; the root may follow. */
  readonly chain: string;
  readonly root: X509Certificate;
  readonly now: Date;
  /** Whether one that has ended is kept until another one comes back. @default false */
  readonly mayHaveEnded?: boolean;
  /** Its key's public half in PEM; undefined while nobody knows it. */
  readonly publicKey?: string;
}

/** Everything that is wrong with a certificate that came back; empty when it is what the plan asked for. */
export function issuedProblems(subject: IssuedSubject): string[] {
  const { asked, chain, root, now, publicKey, mayHaveEnded = false } = subject;
  let sent: X509Certificate[];
  try {
    sent = certificatesIn(chain, "it");
  } catch (error) {
    if (error instanceof BundleError) return [error.message];
    throw error;
  }
  const [own, ...above] = sent.filter((one, index) => index === 0 || !isSelfSigned(one));
  if (own === undefined) return ["it holds no certificate in PEM."];
  return [
    ...keyProblems(own, publicKey),
    ...nameProblems(own, asked),
    ...useProblems(own, asked),
    ...(mayHaveEnded && new Date(own.validTo) <= now ? [] : dateProblems(own, asked, above[0] ?? root, now)),
    ...chainProblems(own, above, root),
    ...roomProblems(own, above, root, asked),
    ...[...above, root].flatMap((authority) =>
      authorityLimitProblems(authority, [asked]).map((problem) => `${oneLine(authority.subject)} ${problem}`),
    ),
  ];
}

/** What of a chain is sent along: all but the root. */
export function withoutRoot(chain: string): string {
  const sent = certificatesIn(chain, "it").filter((one, index) => index === 0 || !isSelfSigned(one));
  return sent.map((one) => one.toString()).join("");
}

function keyProblems(own: X509Certificate, publicKey: string | undefined): string[] {
  if (publicKey === undefined) return [];
  const form = { type: "spki", format: "der" } as const;
  const isOwn = own.publicKey.export(form).equals(createPublicKey(publicKey).export(form));
  return isOwn ? [] : ["it is of another key: sign the request that was handed out for it."];
}

const PARTS = { commonName: "CN", organization: "O", organizationalUnit: "OU" } as const;

function nameProblems(own: X509Certificate, { subject, dnsNames, ipAddresses, uris }: CertificatePlan): string[] {
  const given = own.toLegacyObject().subject as unknown as { readonly [part: string]: unknown };
  const wrong = (Object.keys(PARTS) as (keyof typeof PARTS)[]).flatMap((part) =>
    subject[part] === given[PARTS[part]]
      ? []
      : [`its ${part} is ${show(given[PARTS[part]])}: it must be ${show(subject[part])}.`],
  );
  const asked = [
    ...dnsNames.map((name) => `DNS:${name}`),
    ...ipAddresses.map((address) => `IP Address:${ipaddr.parse(address).toNormalizedString()}`),
    ...uris.map((uri) => `URI:${uri}`),
  ];
  const names = own.subjectAltName?.split(", ").map(normal) ?? [];
  const missing = asked.filter((name) => !names.includes(name));
  const more = names.filter((name) => !asked.includes(name));
  return [
    ...wrong,
    ...(missing.length === 0 ? [] : [`it lacks the names ${missing.join(", ")}.`]),
    ...(more.length === 0 ? [] : [`it has names that nobody asked for: ${more.join(", ")}.`]),
  ];
}

function normal(name: string): string {
  const [, kind, value] = /^(IP Address):(.+)$/.exec(name) ?? [];
  if (kind === undefined || !ipaddr.isValid(value!)) return name;
  return `${kind}:${ipaddr.parse(value!).toNormalizedString()}`;
}

function useProblems(own: X509Certificate, { isCa, uses }: CertificatePlan): string[] {
  const { isCa: isSaid, keyUses } = constraintsOf(own);
  if (isCa !== isSaid) return [isCa ? "it is no CA: sign it with CA:TRUE." : "it is a CA: sign it with CA:FALSE."];
  const extended = extendedUsesOf(own);
  const lacking = uses.filter((use) => {
    const given: readonly string[] | undefined = use.endsWith("_auth") ? extended : keyUses;
    return given !== undefined && !given.includes(use);
  });
  // A certificate without a list of uses is good for all of them, which is more than was asked.
  const unlimited = uses.some((use) => use.endsWith("_auth")) && extended === undefined;
  const more = (extended ?? []).filter((use) => !(uses as readonly string[]).includes(use));
  return [
    ...(lacking.length === 0 ? [] : [`it lacks the uses ${lacking.join(", ")}.`]),
    ...(unlimited ? ["it has no extended uses, and so every one: sign it with those of the request."] : []),
    ...(more.length === 0 ? [] : [`it has uses that nobody asked for: ${more.join(", ")}.`]),
  ];
}

function dateProblems(own: X509Certificate, asked: CertificatePlan, issuer: X509Certificate, now: Date): string[] {
  const [start, end] = [new Date(own.validFrom), new Date(own.validTo)];
  const hours = (end.getTime() - start.getTime()) / HOUR_MS;
  const last = new Date(issuer.validTo);
  if (end <= now) return [`it ended ${day(end)}: have it signed again.`];
  return [
    ...(start > now ? [`it begins ${day(start)}: wait, or correct the signer's clock.`] : []),
    ...(hours > asked.lifetimeHours + SLACK_HOURS
      ? [`it lives ${days(hours)} days: ${days(asked.lifetimeHours)} were asked for.`]
      : []),
    ...(hours < asked.lifetimeHours - SLACK_HOURS
      ? [`it lives ${days(hours)} days only: ${days(asked.lifetimeHours)} were asked for; is its issuer about to end?`]
      : []),
    ...(end > last
      ? [`it ends ${day(end)}, after its issuer (${day(last)}): shorten it, or exchange that first.`]
      : []),
  ];
}

/** By signatures, not by names, and with the limits that each CA sets to what is below it. */
function chainProblems(own: X509Certificate, above: readonly X509Certificate[], root: X509Certificate): string[] {
  const path = [own, ...above, root];
  return path.slice(1).flatMap((authority, index) => {
    const child = path[index]!;
    const name = oneLine(authority.subject);
    if (!authority.ca || !child.verify(authority.publicKey))
      return [`it does not lead to the root: ${name} has not signed ${oneLine(child.subject)}.`];
    const { pathLength } = constraintsOf(authority);
    // CAs below this one, with the one that came back if it is to sign.
    const below = index + (own.ca ? 1 : 0);
    return pathLength === undefined || below <= pathLength
      ? []
      : [`${name} allows ${pathLength} CAs below it, and ${below} would be: give a root that allows one more.`];
  });
}

/** A site's CA has none below it: by its own word, or because an authority above it has no room for one more. */
function roomProblems(
  own: X509Certificate,
  above: readonly X509Certificate[],
  root: X509Certificate,
  { isCa }: CertificatePlan,
): string[] {
  if (!isCa || !own.ca) return [];
  const rooms = [own, ...above, root].map((one, index) => (constraintsOf(one).pathLength ?? Infinity) - index);
  return Math.min(...rooms) > 0 ? ["it may have CAs of its own below it: sign it with pathlen:0."] : [];
}

function show(value: unknown): string {
  return value === undefined ? "absent" : JSON.stringify(value);
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function days(hours: number): number {
  return Math.round(hours / 24);
}
