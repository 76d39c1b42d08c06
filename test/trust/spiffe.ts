import type { X509Certificate } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import { Certificate, id_ce_keyUsage, KeyUsage, KeyUsageFlags } from "@peculiar/asn1-x509";
import { certificatesOf } from "../../lib/plan/trust/bundle";
import type { Identity } from "./certificates";
import { byOpenssl } from "./verifiers";

/** Key usage of a certificate and whether it is critical; undefined where it has none. */
function keyUsage({ raw }: X509Certificate): { readonly flags: number; readonly critical: boolean } | undefined {
  const { extensions = [] } = AsnConvert.parse(raw, Certificate).tbsCertificate;
  const found = extensions.find(({ extnID }) => extnID === id_ce_keyUsage);
  return found && { flags: AsnConvert.parse(found.extnValue.buffer, KeyUsage).toNumber(), critical: found.critical };
}

function uris({ subjectAltName = "" }: X509Certificate): string[] {
  return [...subjectAltName.matchAll(/(?:^|, )URI:([^,]+)/g)].map(([, uri]) => uri!);
}

/**
 * Why a chain proves no identity of a trust domain, by SPIFFE's own rules; undefined when it does. Path validation is
 * RFC 5280's, by OpenSSL. Source: spiffe/spiffe, standards/X509-SVID.md, sections 2 to 5.
 */
export async function bySpiffe(
  folder: string,
  rootPem: string,
  identity: Identity,
  trustDomain: string,
): Promise<string | undefined> {
  const path = await byOpenssl(folder, rootPem, identity);
  if (path !== undefined) return path;
  const [leaf, ...signers] = certificatesOf(identity.chainPem, "The chain") as [X509Certificate, ...X509Certificate[]];
  return leafProblem(leaf, trustDomain) ?? signers.map(signerProblem).find((problem) => problem !== undefined);
}

function leafProblem(leaf: X509Certificate, trustDomain: string): string | undefined {
  const usage = keyUsage(leaf);
  const signs = KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign;
  const [id, ...more] = uris(leaf);
  if (leaf.ca) return "a signing certificate is no identity";
  if (usage === undefined || !usage.critical) return "its key usage is not set, or not critical";
  if ((usage.flags & signs) !== 0) return "an identity may sign no certificates";
  if ((usage.flags & KeyUsageFlags.digitalSignature) === 0) return "an identity signs handshakes";
  if (id === undefined || more.length > 0) return "it has not exactly one URI";
  const [, domain, path] = /^spiffe:\/\/([a-z0-9._-]+)(\/[^/].*)$/.exec(id) ?? [];
  if (domain === undefined || path === undefined) return `${id} is no SPIFFE ID with a path`;
  return domain === trustDomain ? undefined : `${id} is of another trust domain than the bundle`;
}

function signerProblem(signer: X509Certificate): string | undefined {
  const usage = keyUsage(signer);
  if (!signer.ca || usage === undefined || (usage.flags & KeyUsageFlags.keyCertSign) === 0)
    return "it signs, and is no CA";
  const [id, ...more] = uris(signer);
  if (more.length > 0) return "a signing certificate has more than one URI";
  const hasPath = id !== undefined && !/^spiffe:\/\/[a-z0-9._-]+$/.test(id);
  return hasPath ? `the signing certificate's ${id} has a path` : undefined;
}

/**
 * Why a chain is not of the site that it claims, for who knows how this library names sites: an intermediate's subject
 * says `site/NAME`, and the path of what it signed must begin with that. No verifier of the field looks at it.
 */
export function bySite({ chainPem }: Identity): string | undefined {
  const [leaf, signer] = certificatesOf(chainPem, "The chain");
  const own = /^OU=(site\/[a-z0-9-]+)$/m.exec(signer?.subject ?? "")?.[1];
  const [id = ""] = uris(leaf!);
  const claimed = /^spiffe:\/\/[^/]+\/(site\/[a-z0-9-]+)\//.exec(id)?.[1];
  if (own === undefined || claimed === undefined)
    return `${id || "a certificate without a URI"} names no site, or its issuer does not`;
  return own === claimed ? undefined : `${id} claims ${claimed}, and was signed by ${own}`;
}
