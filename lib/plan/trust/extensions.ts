import type { X509Certificate } from "node:crypto";
import type { CertificateUse } from "./plan";

/** Loaded when first asked for: reading the schemas of X.509 costs tens of milliseconds. */
const schemas = (): typeof import("@peculiar/asn1-x509") => require("@peculiar/asn1-x509");
const asn1 = (): typeof import("@peculiar/asn1-schema") => require("@peculiar/asn1-schema");

/** Uses that stand in the extension of key usage. */
export type KeyUse = Exclude<CertificateUse, "server_auth" | "client_auth">;

/** What a certificate's extensions say and Node does not. */
export interface Constraints {
  /** Whether its basic constraints say CA; Node's `ca` asks for the use to sign as well. */
  readonly isCa: boolean;
  /** CAs that may follow below it; undefined for no limit. */
  readonly pathLength: number | undefined;
  /** What its key may be used for; undefined where nothing limits it (RFC 5280, 4.2.1.3). */
  readonly keyUses: readonly KeyUse[] | undefined;
}

export function constraintsOf(certificate: X509Certificate): Constraints {
  const { BasicConstraints, Certificate, id_ce_basicConstraints, id_ce_keyUsage, KeyUsage, KeyUsageFlags } = schemas();
  const { AsnConvert } = asn1();
  const { extensions = [] } = AsnConvert.parse(certificate.raw, Certificate).tbsCertificate;
  const value = (id: string) => extensions.find(({ extnID }) => extnID === id)?.extnValue.buffer;
  const [basic, usage] = [value(id_ce_basicConstraints), value(id_ce_keyUsage)];
  const bits: Readonly<Record<KeyUse, number>> = {
    digital_signature: KeyUsageFlags.digitalSignature,
    key_encipherment: KeyUsageFlags.keyEncipherment,
    cert_signing: KeyUsageFlags.keyCertSign,
    crl_signing: KeyUsageFlags.cRLSign,
  };
  const flags = usage && AsnConvert.parse(usage, KeyUsage).toNumber();
  const constraints = basic && AsnConvert.parse(basic, BasicConstraints);
  return {
    isCa: constraints?.cA === true,
    pathLength: constraints?.pathLenConstraint,
    keyUses:
      flags === undefined ? undefined : (Object.keys(bits) as KeyUse[]).filter((use) => (flags & bits[use]) !== 0),
  };
}
