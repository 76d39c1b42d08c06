import { createHash, type KeyObject, X509Certificate } from "node:crypto";
import { intermediateCertificate } from "../../lib/plan/trust/certificates";
import { lifetimesOf } from "../../lib/plan/trust/lifetimes";
import { makeKey } from "../../rehearsal/clouds/tls/keys";
import { makeRequest, selfSign, signRequest, type Terms } from "../../rehearsal/clouds/tls/x509";

/** A key and its certificate, with the intermediates that must be sent along. */
export interface Identity {
  readonly key: KeyObject;
  readonly keyPem: string;
  /** Leaf first. */
  readonly chainPem: string;
  readonly certPem: string;
}

const HOURS_OF_A_YEAR = 8760;
const NAMES = { dnsNames: [], ipAddresses: [], uris: [] };
const CA: Terms = {
  allowedUses: ["cert_signing", "crl_signing"],
  hours: HOURS_OF_A_YEAR,
  isCa: true,
  maxPathLength: undefined,
  setSubjectKeyId: true,
  setAuthorityKeyId: true,
};

/** Every identity that was made here: none of their keys may be seen anywhere. */
export const identities: Identity[] = [];

function identity(key: KeyObject, certPem: string, above = ""): Identity {
  const keyPem = String(key.export({ type: "pkcs8", format: "pem" }));
  const made = { key, keyPem, certPem, chainPem: certPem + above };
  identities.push(made);
  return made;
}

/** A root, as the trust stack makes one. */
export function root(commonName: string, hours = 10 * HOURS_OF_A_YEAR): Identity {
  const key = makeKey("ECDSA", "P384", 0);
  const terms = { ...CA, maxPathLength: 1, hours };
  return identity(key, selfSign(key, { ...NAMES, subject: { commonName } }, terms, new Date()).certPem);
}

/** An intermediate with which a site signs by itself; `uris` are the names that it carries, and claims to sign for. */
export function intermediate(by: Identity, commonName: string, uris: string[] = []): Identity {
  return signed(by, { ...NAMES, uris, subject: { commonName } }, { ...CA });
}

/** An intermediate by which a site signs, as the library plans it; `uris` in place of its own, for what would be wrong. */
export function plannedIntermediate(by: Identity, trustDomain: string, site: string, uris?: string[]): Identity {
  const issuance = { generation: "g1", trustDomain, lifetimes: lifetimesOf() };
  const plan = intermediateCertificate("certManager", site, 0, issuance);
  const names = { dnsNames: [...plan.dnsNames], ipAddresses: [...plan.ipAddresses], uris: uris ?? [...plan.uris] };
  const terms = { ...CA, allowedUses: [...plan.uses], maxPathLength: plan.maxPathLength, hours: plan.lifetimeHours };
  return signed(by, { ...names, subject: { ...plan.subject } }, terms);
}

interface LeafNames {
  readonly dnsNames?: string[];
  readonly uris?: string[];
  readonly ipAddresses?: string[];
  readonly organization?: string;
}

/** A certificate of a server and client; `start` is when its 90 days begin. */
export function leaf(
  by: Identity,
  commonName: string,
  { organization, ...names }: LeafNames = {},
  isChained = false,
  start = new Date(),
): Identity {
  const terms = {
    ...CA,
    isCa: false,
    hours: 2160,
    allowedUses: ["digital_signature", "key_encipherment", "server_auth", "client_auth"],
  };
  return signed(
    by,
    { ...NAMES, ...names, subject: { commonName, organization } },
    terms,
    isChained ? by.chainPem : "",
    start,
  );
}

function signed(
  by: Identity,
  asked: Parameters<typeof makeRequest>[1],
  terms: Terms,
  above = "",
  start = new Date(),
): Identity {
  const key = makeKey("ECDSA", "P256", 0);
  const request = makeRequest(key, asked);
  return identity(key, signRequest(request, by.certPem, by.key, terms, start).certPem, above);
}

/** SHA-256 of a certificate, in hexadecimal. */
export function sha256(certPem: string): string {
  return createHash("sha256").update(new X509Certificate(certPem).raw).digest("hex");
}
