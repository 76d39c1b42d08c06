import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { remembered } from "./remembered";

/** Curves of the provider, by its names, with OpenSSL's name and the hash that a key of the curve signs with. */
const CURVES: { readonly [curve: string]: { openssl: string; hash: string; ssh?: string } } = {
  P224: { openssl: "secp224r1", hash: "sha256" },
  P256: { openssl: "prime256v1", hash: "sha256", ssh: "nistp256" },
  P384: { openssl: "secp384r1", hash: "sha384", ssh: "nistp384" },
  P521: { openssl: "secp521r1", hash: "sha512", ssh: "nistp521" },
};

/** Kinds of key by OpenSSL's names: the provider's name, and the form of PEM that it gives first. */
const ALGORITHMS: { readonly [type: string]: { name: string; form?: "pkcs1" | "sec1" } } = {
  rsa: { name: "RSA", form: "pkcs1" },
  ec: { name: "ECDSA", form: "sec1" },
  ed25519: { name: "ED25519" },
};

/** Makes a key. `curve` is for ECDSA, `bits` for RSA. */
export function makeKey(algorithm: string, curve: string, bits: number): KeyObject {
  if (algorithm === "RSA") return generateKeyPairSync("rsa", { modulusLength: bits }).privateKey;
  if (algorithm === "ED25519") return generateKeyPairSync("ed25519").privateKey;
  return generateKeyPairSync("ec", { namedCurve: CURVES[curve]!.openssl }).privateKey;
}

/**
 * Reads a private key in any form that the provider takes.
 * @throws Error that names the property and shows nothing of the key.
 */
export function readKey(pem: string, property: string): KeyObject {
  try {
    return parsedKey(pem);
  } catch {
    throw new Error(`${property}: must be a private key in PEM, in PKCS#1, SEC1 or PKCS#8; it cannot be read`);
  }
}

const parsedKey = remembered((pem) => createPrivateKey(pem));

/** The provider's name of a key's algorithm. */
export function algorithmOf(key: KeyObject): string {
  return ALGORITHMS[key.asymmetricKeyType ?? ""]?.name ?? "unknown";
}

/** The hash with which a key signs; undefined for ED25519, which has its own. */
export function hashOf(key: KeyObject): string | undefined {
  if (key.asymmetricKeyType === "ed25519") return undefined;
  const curve = key.asymmetricKeyDetails?.namedCurve;
  return Object.values(CURVES).find(({ openssl }) => openssl === curve)?.hash ?? "sha256";
}

/** What the provider tells of a key: every form of it, public and private. */
export function keyOutputs(key: KeyObject): { [output: string]: string } {
  const form = ALGORITHMS[key.asymmetricKeyType ?? ""]?.form;
  const pkcs8 = String(key.export({ type: "pkcs8", format: "pem" }));
  return {
    privateKeyPem:
      form === undefined
        ? pkcs8
        : String(key.export({ type: form, format: "pem" } as { type: "pkcs1"; format: "pem" })),
    privateKeyPemPkcs8: pkcs8,
    privateKeyOpenssh: opensshKey(key),
    ...publicOutputs(key),
  };
}

/** The public half in every form. OpenSSH knows no P-224: those forms are empty, as the provider has them. */
export function publicOutputs(key: KeyObject): { [output: string]: string } {
  const open = createPublicKey(key);
  const wire = sshPublic(open);
  const digest = (hash: string) =>
    createHash(hash)
      .update(wire ?? "")
      .digest();
  return {
    publicKeyPem: String(open.export({ type: "spki", format: "pem" })),
    publicKeyOpenssh: wire === undefined ? "" : `${sshName(open)} ${wire.toString("base64")}\n`,
    publicKeyFingerprintMd5:
      wire === undefined
        ? ""
        : digest("md5")
            .toString("hex")
            .replace(/..(?!$)/g, "$&:"),
    publicKeyFingerprintSha256:
      wire === undefined ? "" : `SHA256:${digest("sha256").toString("base64").replace(/=+$/, "")}`,
  };
}

/** SHA-1 of the public key: the id of a key. */
export function keyId(key: KeyObject): string {
  return createHash("sha1")
    .update(createPublicKey(key).export({ type: "spki", format: "der" }))
    .digest("hex");
}

function curveName(key: KeyObject): string | undefined {
  return Object.values(CURVES).find(({ openssl }) => openssl === key.asymmetricKeyDetails?.namedCurve)?.ssh;
}

function sshName(key: KeyObject): string | undefined {
  if (key.asymmetricKeyType === "rsa") return "ssh-rsa";
  if (key.asymmetricKeyType === "ed25519") return "ssh-ed25519";
  const curve = curveName(key);
  return curve === undefined ? undefined : `ecdsa-sha2-${curve}`;
}

/** The public key in the wire form of RFC 4253 and RFC 5656. */
function sshPublic(key: KeyObject): Buffer | undefined {
  const name = sshName(key);
  if (name === undefined) return undefined;
  const { n = "", e = "", x = "", y = "" } = key.export({ format: "jwk" });
  if (name === "ssh-rsa") return Buffer.concat([field(name), integer(e), integer(n)]);
  if (name === "ssh-ed25519") return Buffer.concat([field(name), field(bytes(x))]);
  return Buffer.concat([
    field(name),
    field(curveName(key)!),
    field(Buffer.concat([Buffer.from([4]), bytes(x), bytes(y)])),
  ]);
}

/** The private key in OpenSSH's own form, not encrypted. Source: openssh-portable PROTOCOL.key. */
function opensshKey(key: KeyObject): string {
  const wire = sshPublic(createPublicKey(key));
  if (wire === undefined) return "";
  const jwk = key.export({ format: "jwk" }) as { [part: string]: string };
  const secret =
    key.asymmetricKeyType === "rsa"
      ? Buffer.concat([field("ssh-rsa"), ...["n", "e", "d", "qi", "p", "q"].map((part) => integer(jwk[part]!))])
      : key.asymmetricKeyType === "ed25519"
        ? Buffer.concat([wire, field(Buffer.concat([bytes(jwk.d!), bytes(jwk.x!)]))])
        : Buffer.concat([wire, integer(jwk.d!)]);
  const check = createHash("sha256").update(wire).digest().subarray(0, 4);
  const inner = Buffer.concat([check, check, secret, field("")]);
  const padding = Buffer.from(Array.from({ length: (8 - (inner.length % 8)) % 8 }, (_, i) => i + 1));
  const body = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    field("none"),
    field("none"),
    field(""),
    uint32(1),
    field(wire),
    field(Buffer.concat([inner, padding])),
  ]);
  const lines = body.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join("\n")}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

function bytes(base64url: string): Buffer {
  return Buffer.from(base64url, "base64url");
}

function uint32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(value);
  return out;
}

function field(value: string | Buffer): Buffer {
  const body = Buffer.from(value as string);
  return Buffer.concat([uint32(body.length), body]);
}

/** A positive integer: no leading zeros, but one where the first bit would say that it is negative. */
function integer(base64url: string): Buffer {
  let body = bytes(base64url);
  while (body.length > 1 && body[0] === 0) body = body.subarray(1);
  return field(body[0]! >= 0x80 ? Buffer.concat([Buffer.from([0]), body]) : body);
}
