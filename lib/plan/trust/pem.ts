import { createPrivateKey, X509Certificate } from "node:crypto";

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** The certificates of a text in PEM, each ending with one line break; empty where there are none. */
export function splitCertificates(pem: string): string[] {
  return (pem.match(CERTIFICATE) ?? []).map((block) => `${block}\n`);
}

/** Whether a text in PEM holds a private key, of whatever kind. */
export function holdsPrivateKey(pem: string): boolean {
  return PRIVATE_KEY.test(pem);
}

/** Blocks that the tls provider reads a key from. Source: terraform-provider-tls, internal/provider/key.go. */
const KEY_BLOCKS = ["PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"];

/**
 * A private key as the tls provider reads it, which takes the first block of a text for it: `openssl ecparam -genkey` writes one
 * with the parameters of the curve before. What it reads already stays as it is, since another text would sign everything anew.
 * @param pem a key that Node reads
 */
export function keyAsRead(pem: string): string {
  if (KEY_BLOCKS.includes(firstBlock(pem) ?? "")) return pem;
  return String(createPrivateKey(pem).export({ type: "pkcs8", format: "pem" }));
}

/**
 * A certificate as every consumer reads it; one in another block, such as OpenSSL's TRUSTED CERTIFICATE, is put into its own.
 * @param pem one certificate that Node reads
 */
export function certificateAsRead(pem: string): string {
  const text = firstBlock(pem) === "CERTIFICATE" ? pem : new X509Certificate(pem).toString();
  return `${text.trim()}\n`;
}

/** The first block of a text, as Go finds it: at the beginning of a line, where a byte order mark is not. */
function firstBlock(pem: string): string | undefined {
  return /(?:^|\n)-----BEGIN ([A-Z0-9 ]+)-----/.exec(pem)?.[1];
}
