import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from "node:crypto";
import { Attributes, CertificationRequest, CertificationRequestInfo } from "@peculiar/asn1-csr";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
  AlgorithmIdentifier,
  Attribute,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  Extension,
  Extensions,
  GeneralName,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
} from "@peculiar/asn1-x509";
import { algorithmOf, hashOf } from "./keys";
import { remembered } from "./remembered";
import { uses } from "./uses";

const EXTENSION_REQUEST = "1.2.840.113549.1.9.14";
/** Parts of a name in the order in which the provider writes them (Go's pkix.Name), with the input that gives each. */
const NAME_PARTS: readonly [input: string, oid: string][] = [
  ["country", "2.5.4.6"],
  ["organization", "2.5.4.10"],
  ["organizationalUnit", "2.5.4.11"],
  ["locality", "2.5.4.7"],
  ["province", "2.5.4.8"],
  ["streetAddresses", "2.5.4.9"],
  ["postalCode", "2.5.4.17"],
  ["commonName", "2.5.4.3"],
  ["serialNumber", "2.5.4.5"],
  ["emailAddress", "1.2.840.113549.1.9.1"],
];

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
  maxPathLength: number | undefined;
  setSubjectKeyId: boolean;
  setAuthorityKeyId: boolean;
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
  const name = nameOf(asked.subject);
  return issue(
    { key, issuer: name, issuerKeyId: terms.setAuthorityKeyId ? keyIdentifier(publicInfo(key)) : undefined },
    name,
    publicInfo(key),
    alternativeNames(asked),
    terms,
    now,
  );
}

/**
 * A certificate for a request, signed by an authority. The request's own signature is not checked, and its names are taken as
 * they are: so does the provider.
 * @throws Error when a text cannot be read, or when the key is not the authority's.
 */
export function signRequest(requestPem: string, authorityPem: string, key: KeyObject, terms: Terms, now: Date): Issued {
  const request = decode(
    requestPem,
    "CERTIFICATE REQUEST",
    "certRequestPem",
    CertificationRequest,
  ).certificationRequestInfo;
  const authority = authorityOf(authorityPem);
  if (!authority.publicKey.equals(publicBytes(key))) {
    throw new Error("caPrivateKeyPem: x509: provided PrivateKey doesn't match parent's PublicKey");
  }
  const asked = request.attributes?.find(({ type }) => type === EXTENSION_REQUEST)?.values[0];
  const names =
    asked === undefined
      ? undefined
      : AsnConvert.parse(asked, Extensions).find(({ extnID }) => extnID === id_ce_subjectAltName);
  return issue(
    { key, issuer: authority.name, issuerKeyId: authority.keyId },
    request.subject,
    request.subjectPKInfo,
    names,
    terms,
    now,
  );
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

function issue(
  { key, issuer, issuerKeyId }: Issuer,
  subject: Name,
  subjectPublicKeyInfo: SubjectPublicKeyInfo,
  names: Extension | undefined,
  terms: Terms,
  now: Date,
): Issued {
  const serial = randomBytes(16);
  serial[0] = (serial[0]! & 0x7f) | 0x01;
  const notBefore = new Date(Math.floor(now.getTime() / 1000) * 1000);
  const notAfter = new Date(notBefore.getTime() + terms.hours * 3_600_000);
  const hasKeyId = terms.isCa || terms.setSubjectKeyId;
  const extensions = [
    ...uses(terms.allowedUses, extension),
    // Zero is "no limit" to the provider: it never says MaxPathLenZero to Go's x509.
    extension(
      id_ce_basicConstraints,
      new BasicConstraints({
        cA: terms.isCa,
        ...(terms.isCa && (terms.maxPathLength ?? 0) > 0 ? { pathLenConstraint: terms.maxPathLength! } : {}),
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
  const signature = signatureAlgorithm(key);
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
    signatureValue: signWith(key, AsnConvert.serialize(tbs)),
  });
  return {
    certPem: pem("CERTIFICATE", AsnConvert.serialize(certificate)),
    serial: BigInt(`0x${serial.toString("hex")}`).toString(),
    notBefore,
    notAfter,
  };
}

function alternativeNames({ dnsNames, ipAddresses, uris }: Subject): Extension | undefined {
  const names = [
    ...dnsNames.map((dNSName) => new GeneralName({ dNSName })),
    ...ipAddresses.map((iPAddress) => new GeneralName({ iPAddress })),
    ...uris.map((uniformResourceIdentifier) => new GeneralName({ uniformResourceIdentifier })),
  ];
  return names.length === 0 ? undefined : extension(id_ce_subjectAltName, new SubjectAlternativeName(names));
}

function extension(extnID: string, value: object, critical = false): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

function nameOf(subject: { [part: string]: unknown }): Name {
  const parts = NAME_PARTS.flatMap(([input, type]) => {
    const given = subject[input];
    const values = Array.isArray(given) ? given.map(String) : typeof given === "string" && given !== "" ? [given] : [];
    return values.map((text) => {
      const isPlain = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text);
      const value = type.startsWith("1.2.840")
        ? new AttributeValue({ ia5String: text })
        : new AttributeValue(isPlain ? { printableString: text } : { utf8String: text });
      return new RelativeDistinguishedName([new AttributeTypeAndValue({ type, value })]);
    });
  });
  return new Name(parts);
}

function publicInfo(key: KeyObject): SubjectPublicKeyInfo {
  return AsnConvert.parse(publicBytes(key), SubjectPublicKeyInfo);
}

/** Of a key that is used again and again, computed once: from a private key it costs a multiplication on its curve. */
function publicBytes(key: KeyObject): Buffer {
  const found = publicHalves.get(key) ?? createPublicKey(key).export({ type: "spki", format: "der" });
  publicHalves.set(key, found);
  return found;
}

const publicHalves = new WeakMap<KeyObject, Buffer>();

/** RFC 5280, 4.2.1.2 (1): SHA-1 of the bits of the public key. */
function keyIdentifier(info: SubjectPublicKeyInfo): ArrayBuffer {
  return toArrayBuffer(createHash("sha1").update(Buffer.from(info.subjectPublicKey)).digest());
}

function signatureAlgorithm(key: KeyObject): AlgorithmIdentifier {
  if (algorithmOf(key) === "RSA")
    return new AlgorithmIdentifier({ algorithm: "1.2.840.113549.1.1.11", parameters: new Uint8Array([5, 0]).buffer });
  const hash = hashOf(key);
  const last = { sha256: 2, sha384: 3, sha512: 4 }[hash ?? ""];
  return new AlgorithmIdentifier({ algorithm: hash === undefined ? "1.3.101.112" : `1.2.840.10045.4.3.${last}` });
}

function signWith(key: KeyObject, data: ArrayBuffer): ArrayBuffer {
  return toArrayBuffer(sign(hashOf(key) ?? null, Buffer.from(data), key));
}

/** Reads the first block of a PEM text, as the provider does. */
function decode<T>(text: string, label: string, property: string, type: new () => T): T {
  const body = new RegExp(`^-----BEGIN ${label}-----\\s*([\\w+/=\\s]+?)-----END ${label}-----`, "m").exec(text)?.[1];
  try {
    if (body === undefined) throw new Error("no block");
    return AsnConvert.parse(Buffer.from(body, "base64"), type);
  } catch {
    throw new Error(`${property}: must be a ${label} in PEM; it cannot be read`);
  }
}

function pem(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

function toArrayBuffer(bytes: Buffer): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
