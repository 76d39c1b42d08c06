import { createPublicKey, type KeyObject } from "node:crypto";
import type { Subject } from "../tls/x509";
import { at, select, text } from "../wire";

const BASE_USES: { readonly [flag: string]: string } = {
  certSign: "cert_signing",
  contentCommitment: "content_commitment",
  crlSign: "crl_signing",
  dataEncipherment: "data_encipherment",
  decipherOnly: "decipher_only",
  digitalSignature: "digital_signature",
  encipherOnly: "encipher_only",
  keyAgreement: "key_agreement",
  keyEncipherment: "key_encipherment",
};
const EXTENDED_USES: { readonly [flag: string]: string } = {
  clientAuth: "client_auth",
  codeSigning: "code_signing",
  emailProtection: "email_protection",
  ocspSigning: "ocsp_signing",
  serverAuth: "server_auth",
  timeStamping: "timestamping",
};

/** What a `config` says of a certificate. */
export interface Configured {
  readonly asked: Subject;
  readonly allowedUses: string[];
  readonly isCa: boolean;
  readonly maxPathLength: number | undefined;
}

export function configuredIn(config: unknown): Configured {
  const list = (path: string) =>
    select(config, `subjectConfig.subjectAltName.${path}[*]`).map(({ value }) => String(value));
  const subject = (at(config, "subjectConfig.subject") ?? {}) as { [part: string]: unknown };
  const usage = (kind: string, names: { readonly [flag: string]: string }) =>
    Object.entries(names).flatMap(([flag, use]) =>
      at(config, `x509Config.keyUsage.${kind}.${flag}`) === true ? [use] : [],
    );
  return {
    asked: {
      subject: { ...subject, country: subject.countryCode, streetAddresses: subject.streetAddress },
      ...{ dnsNames: list("dnsNames"), ipAddresses: list("ipAddresses"), uris: list("uris") },
    },
    allowedUses: [...usage("baseKeyUsage", BASE_USES), ...usage("extendedKeyUsage", EXTENDED_USES)],
    isCa: at(config, "x509Config.caOptions.isCa") === true,
    maxPathLength: pathLength(config),
  };
}

/** Zero has a flag of its own: the provider drops `maxIssuerPathLength: 0` (magic-modules#7004). */
function pathLength(config: unknown): number | undefined {
  if (at(config, "x509Config.caOptions.zeroMaxIssuerPathLength") === true) return 0;
  const limit = Number(at(config, "x509Config.caOptions.maxIssuerPathLength") ?? 0);
  return limit > 0 ? limit : undefined;
}

/** The key of a `config`: a PEM text in base64. @throws Error when it cannot be read */
export function publicKeyIn(config: unknown): KeyObject {
  return createPublicKey(Buffer.from(text(config, "publicKey.key") ?? "", "base64").toString());
}

/** Seconds of a duration such as "3600s"; undefined where there is none. */
export function secondsIn(duration: string | undefined): number | undefined {
  const seconds = /^(\d+(?:\.\d{1,9})?)s$/.exec(duration ?? "")?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}
