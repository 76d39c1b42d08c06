import { type KeyObject, X509Certificate } from "node:crypto";
import { splitCertificates } from "../../../lib/plan/trust/pem";
import { type Authority, termsOf, x509 } from "../authorities/authority";
import { type AuthorityAlgorithm, authorityKey } from "../authorities/keys";
import type { FunctionModel } from "../model";
import type { Subject } from "../tls/x509";
import { at, text } from "../wire";
import type { Thing, World } from "../world";
import { PRIVATE_CA, PRIVATE_CA_CERTIFICATE, PRIVATE_CERTIFICATE } from "./arns";

const CONFIGURATION = "certificateAuthorityConfiguration";

const ALGORITHMS: { readonly [name: string]: AuthorityAlgorithm } = {
  EC_prime256v1: { curve: "P-256" },
  EC_secp384r1: { curve: "P-384" },
  EC_secp521r1: { curve: "P-521" },
  RSA_2048: { rsaBits: 2048 },
  RSA_3072: { rsaBits: 3072 },
  RSA_4096: { rsaBits: 4096 },
};

/** Whether a key can sign so. */
export function signs(keyAlgorithm: string, signingAlgorithm: string): boolean {
  return signingAlgorithm.endsWith(keyAlgorithm.startsWith("EC_") ? "WITHECDSA" : "WITHRSA");
}

/** The key of an authority, which never leaves it. */
export function caKey(inputs: unknown, id: string): KeyObject {
  return authorityKey(ALGORITHMS[text(inputs, `${CONFIGURATION}.keyAlgorithm`) ?? ""]!, id);
}

/** The subject of an authority's request. */
export function caSubject(inputs: unknown): Subject {
  const given = (at(inputs, `${CONFIGURATION}.subject`) ?? {}) as { [part: string]: unknown };
  return { subject: { ...given, province: given.state }, dnsNames: [], ipAddresses: [], uris: [] };
}

/** An authority with the certificate that is installed in it. */
export function installed(ca: Thing, certificate: unknown): Authority {
  const texts = ["certificate", "certificateChain"].map((part) => text(certificate, part) ?? "");
  return { key: caKey(ca.inputs, ca.id), chain: texts.flatMap(splitCertificates) };
}

/** What a rehearsal knows of an authority. */
export interface KnownCa extends Authority {
  readonly keyAlgorithm: string;
  readonly isShortLived: boolean;
}

/** An authority that the program made; undefined while no certificate is installed in it. */
export function activeCa(ca: Thing, world: World): KnownCa | undefined {
  const certificate = [...world.usersOf(ca)].find(({ type }) => type === PRIVATE_CA_CERTIFICATE);
  if (certificate === undefined || at(ca.inputs, "enabled") === false) return undefined;
  return {
    ...installed(ca, certificate.inputs),
    keyAlgorithm: text(ca.inputs, `${CONFIGURATION}.keyAlgorithm`) ?? "",
    isShortLived: text(ca.inputs, "usageMode") === "SHORT_LIVED_CERTIFICATE",
  };
}

const outside = new WeakMap<World, Map<string, KnownCa>>();

/**
 * An authority that exists outside the program, which names it by its ARN: a root of ten years on P-384. What it has signed
 * in an earlier run says what its certificate was.
 */
export function outsideCa(arn: string, world: World, scope: string): KnownCa {
  const known = outside.get(world) ?? new Map<string, KnownCa>();
  outside.set(world, known);
  const found = known.get(arn);
  if (found !== undefined) return found;
  const key = authorityKey({ curve: "P-384" }, arn);
  const earlier = [...world.all(PRIVATE_CERTIFICATE, scope)].find(
    ({ inputs }) => text(inputs, "certificateAuthorityArn") === arn,
  );
  const root = splitCertificates(text(earlier?.outputs, "certificateChain") ?? "").at(-1) ?? selfSigned(arn, key);
  const ca = { key, chain: [root], keyAlgorithm: "EC_secp384r1", isShortLived: false };
  known.set(arn, ca);
  return ca;
}

function selfSigned(arn: string, key: KeyObject): string {
  const subject = { commonName: `Private CA ${arn.split("/").at(-1)}` };
  const uses = ["digital_signature", "cert_signing", "crl_signing"];
  const terms = termsOf({ allowedUses: uses, hours: 10 * 8760, isCa: true, maxPathLength: undefined });
  return x509().selfSign(key, { subject, dnsNames: [], ipAddresses: [], uris: [] }, terms, new Date()).certPem;
}

/** `aws.acmpca.getCertificateAuthority`: of an authority of the program, or of one that exists outside. */
export const getCertificateAuthority: FunctionModel = (args, { world, scope }) => {
  const arn = text(args, "arn") ?? "";
  const ca = world.find(PRIVATE_CA, scope, arn);
  const active = ca === undefined ? outsideCa(arn, world, scope) : activeCa(ca, world);
  const [certificate = "", ...chain] = active?.chain ?? [];
  const own = certificate === "" ? undefined : new X509Certificate(certificate);
  return {
    ...{ arn, id: arn, certificate, certificateChain: chain.join(""), region: arn.split(":")[3] ?? "" },
    certificateSigningRequest: text(ca?.outputs, "certificateSigningRequest") ?? "",
    status: active === undefined ? "PENDING_CERTIFICATE" : "ACTIVE",
    type: text(ca?.inputs, "type") ?? "ROOT",
    usageMode: text(ca?.inputs, "usageMode") ?? "GENERAL_PURPOSE",
    keyStorageSecurityStandard: "FIPS_140_2_LEVEL_3_OR_HIGHER",
    notBefore: own === undefined ? "" : new Date(own.validFrom).toISOString(),
    notAfter: own === undefined ? "" : new Date(own.validTo).toISOString(),
    serial: own?.serialNumber ?? "",
    ...{ revocationConfigurations: [], tags: {} },
  };
};
