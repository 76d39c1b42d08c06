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
