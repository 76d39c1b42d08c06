import type { X509Certificate } from "node:crypto";
import * as ipaddr from "ipaddr.js";
import { constraintsOf, extendedUsesOf, type Subtree } from "./extensions";
import type { CertificatePlan } from "./plan";

/** One name of a certificate; of a subject, its parts in their order. */
type Name = Subtree;

/**
 * What an authority's certificate forbids of what it is to sign, as phrases: verifiers hold to it, and signers do not. One of
 * each kind, by the first certificate that it concerns.
 */
export function authorityLimitProblems(authority: X509Certificate, asked: readonly CertificatePlan[]): string[] {
  return [...nameProblems(authority, asked), ...useProblems(authority, asked)];
}

function nameProblems(authority: X509Certificate, asked: readonly CertificatePlan[]): string[] {
  const { permitted, excluded } = constraintsOf(authority).names;
  if (permitted.length + excluded.length === 0) return [];
  const named = asked.flatMap((certificate) => namesOf(certificate).map((name) => ({ certificate, name })));
  const kinds = [...new Set(permitted.map(({ kind }) => kind))];
  const outside = kinds.flatMap((kind) => {
    const within = permitted.filter((one) => one.kind === kind);
    const first = named.find(({ name }) => name.kind === kind && !within.some((one) => covers(one, name)));
    return first === undefined ? [] : [`permits ${within.map(shown).join(", ")} only, and ${has(first)}`];
  });
  const inside = excluded.flatMap((one) => {
    const first = named.find(({ name }) => covers(one, name));
    return first === undefined ? [] : [`excludes ${shown(one)}, and ${has(first)}`];
  });
  return [...outside, ...inside].map((problem) => `${problem}: give an authority without such a name constraint.`);
}

function has({ certificate, name }: { readonly certificate: CertificatePlan; readonly name: Name }): string {
  return `${certificate.role} of ${certificate.site} has ${shown(name)}`;
}

function shown({ kind, base }: Name): string {
  return `${kind}:${typeof base === "string" ? base : base.join(", ")}`;
}

function namesOf({ role, subject, dnsNames, ipAddresses, uris }: CertificatePlan): Name[] {
  const { organization, organizationalUnit, commonName } = subject;
  const parts = [`O=${organization}`, ...(organizationalUnit ? [`OU=${organizationalUnit}`] : []), `CN=${commonName}`];
  // What Linkerd's issuer signs is named below its own name.
  const signed = role === "linkerd" ? [commonName] : [];
  return [
    { kind: "subject", base: parts },
    ...[...dnsNames, ...signed].map((base): Name => ({ kind: "DNS", base })),
    ...ipAddresses.map((base): Name => ({ kind: "IP", base })),
    ...uris.map((base): Name => ({ kind: "URI", base })),
  ];
}

/** Whether a name is in a subtree, as OpenSSL and RFC 5280 read it: of a URI the host only. */
function covers({ kind, base }: Subtree, name: Name): boolean {
  if (kind !== name.kind) return false;
  if (kind === "subject") return base.every((part, index) => isSame(part, name.base[index]));
  const given = name.base as string;
  if (kind === "IP") return coversAddress(base, given);
  return kind === "DNS"
    ? base === "" || isSame(base, given) || isBelow(base, given)
    : isSame(base, new URL(given).hostname) || (base.startsWith(".") && isBelow(base, new URL(given).hostname));
}

function isSame(one: string, other: string | undefined): boolean {
  return one.toLowerCase() === other?.toLowerCase();
}

function isBelow(base: string, host: string): boolean {
  return host.toLowerCase().endsWith(base.startsWith(".") ? base.toLowerCase() : `.${base.toLowerCase()}`);
}

function coversAddress(range: string, address: string): boolean {
  const [network, bits] = ipaddr.parseCIDR(range);
  const parsed = ipaddr.parse(address);
  return network.kind() === parsed.kind() && parsed.match([network, bits]);
}

/** What an authority's own extended uses leave out, nothing below it is good for. */
function useProblems(authority: X509Certificate, asked: readonly CertificatePlan[]): string[] {
  const own = extendedUsesOf(authority);
  if (own === undefined) return [];
  const lacked = ({ isCa, uses }: CertificatePlan) =>
    (["server_auth", "client_auth"] as const).filter((use) => (isCa || uses.includes(use)) && !own.includes(use));
  const first = asked.find((certificate) => lacked(certificate).length > 0);
  if (first === undefined) return [];
  return [
    `is good for the extended uses ${own.join(", ")} only, and ${first.role} of ${first.site} needs ${lacked(first).join(", ")}: ` +
      "give an authority without extended uses.",
  ];
}
