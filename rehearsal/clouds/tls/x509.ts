import { createPublicKey, type KeyObject, randomBytes } from "node:crypto";
import { Attributes, CertificationRequest, CertificationRequestInfo } from "@peculiar/asn1-csr";
import { AsnConvert } from "@peculiar/asn1-schema";
import {
  Attribute,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  type Extension,
  Extensions,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  type Name,
  SubjectKeyIdentifier,
  type SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
} from "@peculiar/asn1-x509";
import {
  alternativeNames,
  decode,
  extension,
  keyIdentifier,
  nameOf,
  pem,
  publicBytes,
  publicInfo,
  signatureAlgorithm,
  signWith,
  toArrayBuffer,
} from "./encoding";
import { remembered } from "./remembered";
import { uses } from "./uses";

const EXTENSION_REQUEST = "1.2.840.113549.1.9.14";

/** Subject and names of a certificate or a request, as the provider's inputs say them. */
export interface Subject {
  subject: { [part: string]: unknown };
  dnsNames: string[];
  ipAddresses: string[];
  uris: string[];
}

/** What a certificate is to say beside its subject. */
export interface Terms {
  allowedUses: string[];
  hours: number;
  isCa: boolean;
  /** CAs that may follow below it; undefined for no limit. */
  maxPathLength: number | undefined;
  setSubjectKeyId: boolean;
  setAuthorityKeyId: boolean;
  /** @default the hash that goes with the issuer's key */
  hash?: string;
}

/** A certificate, with what the provider tells of it. */
export interface Issued {
  certPem: string;
  serial: string;
  notBefore: Date;
  notAfter: Date;
}

/** A signing request: subject and names under the key's own signature. */
export function makeRequest(key: KeyObject, asked: Subject): string {
  const names = alternativeNames(asked);
  const attributes = new Attributes();
  if (names !== undefined)
    attributes.push(
      new Attribute({ type: EXTENSION_REQUEST, values: [AsnConvert.serialize(new Extensions([names]))] }),
    );
  const info = new CertificationRequestInfo({
    subject: nameOf(asked.subject),
    subjectPKInfo: publicInfo(key),
    attributes,
  });
  const signature = signWith(key, AsnConvert.serialize(info));
  const request = new CertificationRequest({
    certificationRequestInfo: info,
    signatureAlgorithm: signatureAlgorithm(key),
    signature,
  });
  return pem("CERTIFICATE REQUEST", AsnConvert.serialize(request));
}

/** A certificate that signs itself. */
export function selfSign(key: KeyObject, asked: Subject, terms: Terms, now: Date): Issued {
  return selfSignHolder(key, holderOf(key, asked), terms, now);
}

/** The same for a holder that is read from elsewhere. */
export function selfSignHolder(key: KeyObject, holder: Holder, terms: Terms, now: Date): Issued {
  const issuerKeyId = terms.setAuthorityKeyId ? keyIdentifier(holder.publicKey) : undefined;
  return issue({ key, issuer: holder.subject, issuerKeyId }, holder, terms, now);
}

/** Whom a certificate is for. */
export interface Holder {
  subject: Name;
  publicKey: SubjectPublicKeyInfo;
  /** The extension with its alternative names. */
  names: Extension | undefined;
}

/**
 * Whom a request asks a certificate for. Its own signature is not checked: neither does the tls provider.
 * @throws Error that names the property when the text cannot be read
 */
export function readRequest(requestPem: string, property: string): Holder {
  const { subject, subjectPKInfo, attributes } = decode(
    requestPem,
    "CERTIFICATE REQUEST",
    property,
    CertificationRequest,
  ).certificationRequestInfo;
  const asked = attributes?.find(({ type }) => type === EXTENSION_REQUEST)?.values[0];
  const names =
    asked === undefined
      ? undefined
      : AsnConvert.parse(asked, Extensions).find(({ extnID }) => extnID === id_ce_subjectAltName);
  return { subject, publicKey: subjectPKInfo, names };
}

/** @throws Error for a key that Node cannot read */
export function publicKeyOf({ publicKey }: Holder): KeyObject {
  const key = Buffer.from(AsnConvert.serialize(publicKey));
  return createPublicKey({ key, format: "der", type: "spki" });
}

/** Whether a request asks for a certificate of this key. */
export function asksFor({ publicKey }: Holder, key: KeyObject): boolean {
  return publicBytes(key).equals(Buffer.from(AsnConvert.serialize(publicKey)));
}

/** The holder of a public key, with subject and names as inputs say them. */
export function holderOf(publicKey: KeyObject, asked: Subject): Holder {
  return { subject: nameOf(asked.subject), publicKey: publicInfo(publicKey), names: alternativeNames(asked) };
}

/** A certificate for a request, signed by an authority. @throws Error when a text cannot be read, or the key is not the authority's */
export function signRequest(requestPem: string, authorityPem: string, key: KeyObject, terms: Terms, now: Date): Issued {
  return signHolder(readRequest(requestPem, "certRequestPem"), authorityPem, key, terms, now);
}

/** A certificate signed by an authority. @throws Error when its text cannot be read, or the key is not its own */
export function signHolder(holder: Holder, authorityPem: string, key: KeyObject, terms: Terms, now: Date): Issued {
  const authority = authorityOf(authorityPem);
  if (!authority.publicKey.equals(publicBytes(key))) {
    throw new Error("caPrivateKeyPem: x509: provided PrivateKey doesn't match parent's PublicKey");
  }
  return issue({ key, issuer: authority.name, issuerKeyId: authority.keyId }, holder, terms, now);
}

/** What of an authority's certificate goes into those that it signs. */
const authorityOf = remembered((certificatePem) => {
  const { subject, subjectPublicKeyInfo, extensions } = decode(
    certificatePem,
    "CERTIFICATE",
    "caCertPem",
    Certificate,
  ).tbsCertificate;
  const keyId = extensions?.find(({ extnID }) => extnID === id_ce_subjectKeyIdentifier);
  return {
    name: subject,
    publicKey: Buffer.from(AsnConvert.serialize(subjectPublicKeyInfo)),
    keyId: keyId && AsnConvert.parse(keyId.extnValue.buffer, SubjectKeyIdentifier).buffer,
  };
});

interface Issuer {
  key: KeyObject;
  issuer: Name;
  issuerKeyId: ArrayBuffer | undefined;
}

function issue({ key, issuer, issuerKeyId }: Issuer, holder: Holder, terms: Terms, now: Date): Issued {
  const { subject, publicKey: subjectPublicKeyInfo, names } = holder;
  const serial = randomBytes(16);
  serial[0] = (serial[0]! & 0x7f) | 0x01;
  const notBefore = new Date(Math.floor(now.getTime() / 1000) * 1000);
  const notAfter = new Date(notBefore.getTime() + Math.floor(terms.hours * 3600) * 1000);
  const hasKeyId = terms.isCa || terms.setSubjectKeyId;
  const extensions = [
    ...uses(terms.allowedUses, extension),
    extension(
      id_ce_basicConstraints,
      new BasicConstraints({
        cA: terms.isCa,
        ...(terms.isCa && terms.maxPathLength !== undefined ? { pathLenConstraint: terms.maxPathLength } : {}),
      }),
      true,
    ),
    ...(hasKeyId
      ? [extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyIdentifier(subjectPublicKeyInfo)))]
      : []),
    ...(issuerKeyId === undefined
      ? []
      : [
          extension(
            id_ce_authorityKeyIdentifier,
            new AuthorityKeyIdentifier({ keyIdentifier: new SubjectKeyIdentifier(issuerKeyId) }),
          ),
        ]),
    ...(names === undefined ? [] : [names]),
  ];
  const signature = signatureAlgorithm(key, terms.hash);
  const validity = new Validity({ notBefore, notAfter });
  const tbs = new TBSCertificate({
    version: 2,
    serialNumber: toArrayBuffer(serial),
    signature,
    issuer,
    validity,
    subject,
    subjectPublicKeyInfo,
    extensions: new Extensions(extensions),
  });
  const certificate = new Certificate({
    tbsCertificate: tbs,
    signatureAlgorithm: signature,
    signatureValue: signWith(key, AsnConvert.serialize(tbs), terms.hash),
  });
  return {
    certPem: pem("CERTIFICATE", AsnConvert.serialize(certificate)),
    serial: BigInt(`0x${serial.toString("hex")}`).toString(),
    notBefore,
    notAfter,
  };
}
