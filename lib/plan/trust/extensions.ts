import type { X509Certificate } from "node:crypto";
import type { GeneralName } from "@peculiar/asn1-x509";
import { oncePerObject } from "../oncePerObject";
import type { CertificateUse } from "./plan";

/** Loaded when first asked for: reading the schemas of X.509 costs tens of milliseconds. */
const schemas = (): typeof import("@peculiar/asn1-x509") => require("@peculiar/asn1-x509");
const asn1 = (): typeof import("@peculiar/asn1-schema") => require("@peculiar/asn1-schema");

/** Uses that stand in the extension of key usage. */
export type KeyUse = Exclude<CertificateUse, "server_auth" | "client_auth">;

/** Names that an authority's certificate permits or excludes below it (RFC 5280, 4.2.1.10). */
export type Subtree =
  | { readonly kind: "DNS" | "IP" | "URI"; readonly base: string }
  /** The first parts of a subject, such as `O=Sample`. */
  | { readonly kind: "subject"; readonly base: readonly string[] };

/** What a certificate's extensions say and Node does not. */
export interface Constraints {
  /** Whether its basic constraints say CA; Node's `ca` asks for the use to sign as well. */
  readonly isCa: boolean;
  /** CAs that may follow below it; undefined for no limit. */
  readonly pathLength: number | undefined;
  /** What its key may be used for; undefined where nothing limits it (RFC 5280, 4.2.1.3). */
  readonly keyUses: readonly KeyUse[] | undefined;
  /** Names that may be signed below it, where any of their kind is listed, and names that may not. */
  readonly names: { readonly permitted: readonly Subtree[]; readonly excluded: readonly Subtree[] };
}

/** Read once: of each certificate that comes back, every authority above it is asked for several of them. */
export const constraintsOf = oncePerObject((certificate: X509Certificate): Constraints => {
  const { BasicConstraints, Certificate, KeyUsage, KeyUsageFlags, NameConstraints } = schemas();
  const { id_ce_basicConstraints, id_ce_keyUsage, id_ce_nameConstraints } = schemas();
  const { AsnConvert } = asn1();
  const { extensions = [] } = AsnConvert.parse(certificate.raw, Certificate).tbsCertificate;
  const value = (id: string) => extensions.find(({ extnID }) => extnID === id)?.extnValue.buffer;
  const [basic, usage, named] = [id_ce_basicConstraints, id_ce_keyUsage, id_ce_nameConstraints].map(value);
  const bits: Readonly<Record<KeyUse, number>> = {
    digital_signature: KeyUsageFlags.digitalSignature,
    key_encipherment: KeyUsageFlags.keyEncipherment,
    cert_signing: KeyUsageFlags.keyCertSign,
    crl_signing: KeyUsageFlags.cRLSign,
  };
  const flags = usage && AsnConvert.parse(usage, KeyUsage).toNumber();
  const constraints = basic && AsnConvert.parse(basic, BasicConstraints);
  const names = named && AsnConvert.parse(named, NameConstraints);
  return {
    isCa: constraints?.cA === true,
    pathLength: constraints?.pathLenConstraint,
    keyUses:
      flags === undefined ? undefined : (Object.keys(bits) as KeyUse[]).filter((use) => (flags & bits[use]) !== 0),
    names: {
      permitted: (names?.permittedSubtrees ?? []).flatMap(({ base }) => subtree(base)),
      excluded: (names?.excludedSubtrees ?? []).flatMap(({ base }) => subtree(base)),
    },
  };
});

/** Kinds of names that no certificate of ours has are left out. */
function subtree({ dNSName, iPAddress, uniformResourceIdentifier, directoryName }: GeneralName): Subtree[] {
  if (dNSName !== undefined) return [{ kind: "DNS", base: dNSName }];
  if (iPAddress !== undefined) return [{ kind: "IP", base: iPAddress }];
  if (uniformResourceIdentifier !== undefined) return [{ kind: "URI", base: uniformResourceIdentifier }];
  if (directoryName === undefined) return [];
  const base = directoryName.map((parts) =>
    parts.map(({ type, value }) => `${PARTS[type] ?? type}=${value}`).join("+"),
  );
  return [{ kind: "subject", base }];
}

const PARTS: { readonly [oid: string]: string } = { "2.5.4.3": "CN", "2.5.4.10": "O", "2.5.4.11": "OU" };

const EXTENDED: { readonly [oid: string]: CertificateUse } = {
  "1.3.6.1.5.5.7.3.1": "server_auth",
  "1.3.6.1.5.5.7.3.2": "client_auth",
};

/** A certificate's extended uses, unknown ones by their numbers; undefined where nothing limits them. */
export function extendedUsesOf(certificate: X509Certificate): string[] | undefined {
  return certificate.keyUsage?.map((oid) => EXTENDED[oid] ?? oid);
}
