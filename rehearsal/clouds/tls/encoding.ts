import { createHash, createPublicKey, type KeyObject, sign } from "node:crypto";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  Extension,
  GeneralName,
  id_ce_subjectAltName,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectPublicKeyInfo,
} from "@peculiar/asn1-x509";
import { algorithmOf, hashOf } from "./keys";
import type { Subject } from "./x509";

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

/** The names of a certificate beside its subject; undefined when it has none. */
export function alternativeNames({ dnsNames, ipAddresses, uris }: Subject): Extension | undefined {
  const names = [
    ...dnsNames.map((dNSName) => new GeneralName({ dNSName })),
    ...ipAddresses.map((iPAddress) => new GeneralName({ iPAddress })),
    ...uris.map((uniformResourceIdentifier) => new GeneralName({ uniformResourceIdentifier })),
  ];
  return names.length === 0 ? undefined : extension(id_ce_subjectAltName, new SubjectAlternativeName(names));
}

/** An extension with its value. */
export function extension(extnID: string, value: object, critical = false): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

/** A distinguished name in the form of Go's pkix.Name. */
export function nameOf(subject: { [part: string]: unknown }): Name {
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

/** The public half of a key, as certificates hold it. */
export function publicInfo(key: KeyObject): SubjectPublicKeyInfo {
  return AsnConvert.parse(publicBytes(key), SubjectPublicKeyInfo);
}

/** Of a key that is used again and again, computed once: from a private key it costs a multiplication on its curve. */
export function publicBytes(key: KeyObject): Buffer {
  const open = () => (key.type === "public" ? key : createPublicKey(key));
  const found = publicHalves.get(key) ?? open().export({ type: "spki", format: "der" });
  publicHalves.set(key, found);
  return found;
}

const publicHalves = new WeakMap<KeyObject, Buffer>();

/** RFC 5280, 4.2.1.2 (1): SHA-1 of the bits of the public key. */
export function keyIdentifier(info: SubjectPublicKeyInfo): ArrayBuffer {
  return toArrayBuffer(createHash("sha1").update(Buffer.from(info.subjectPublicKey)).digest());
}

/** Last digit of the identifiers of RSA (PKCS #1) and ECDSA, by the hash. Sources: RFC 8017 A.2.4, RFC 5758 3.2. */
const LAST_DIGITS: { readonly [hash: string]: { rsa: number; ecdsa: number } } = {
  sha256: { rsa: 11, ecdsa: 2 },
  sha384: { rsa: 12, ecdsa: 3 },
  sha512: { rsa: 13, ecdsa: 4 },
};

/** How a key signs. @param hash by default the one that goes with the key */
export function signatureAlgorithm(key: KeyObject, hash = hashOf(key)): AlgorithmIdentifier {
  if (hash === undefined) return new AlgorithmIdentifier({ algorithm: "1.3.101.112" });
  const { rsa, ecdsa } = LAST_DIGITS[hash]!;
  if (algorithmOf(key) !== "RSA") return new AlgorithmIdentifier({ algorithm: `1.2.840.10045.4.3.${ecdsa}` });
  return new AlgorithmIdentifier({
    algorithm: `1.2.840.113549.1.1.${rsa}`,
    parameters: new Uint8Array([5, 0]).buffer,
  });
}

/** A signature in the form of certificates. */
export function signWith(key: KeyObject, data: ArrayBuffer, hash = hashOf(key)): ArrayBuffer {
  return toArrayBuffer(sign(hash ?? null, Buffer.from(data), key));
}

/** Reads the first block of a PEM text, as the provider does. */
export function decode<T>(text: string, label: string, property: string, type: new () => T): T {
  const body = new RegExp(`^-----BEGIN ${label}-----\\s*([\\w+/=\\s]+?)-----END ${label}-----`, "m").exec(text)?.[1];
  try {
    if (body === undefined) throw new Error("no block");
    return AsnConvert.parse(Buffer.from(body, "base64"), type);
  } catch {
    throw new Error(`${property}: must be a ${label} in PEM; it cannot be read`);
  }
}

/** A PEM text of one block. */
export function pem(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** Bytes in a buffer of their own. */
export function toArrayBuffer(bytes: Buffer): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
