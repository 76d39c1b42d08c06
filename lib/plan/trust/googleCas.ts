import { createHash } from "node:crypto";
import type { CertificatePlan } from "./plan";
import type { RootSpec } from "./spec";

/** Where a pool of authorities of Google Cloud is. */
export interface CasPlace {
  readonly project: string;
  readonly location: string;
  readonly pool: string;
}

/** The parts of the pool's full name. */
export function casPlace({ caPool = "" }: RootSpec): CasPlace {
  const [, project = "", , location = "", , pool = ""] = caPool.split("/");
  return { project, location, pool };
}

/** `x509Config` of a certificate: its uses, and whether it may sign. */
export function x509Config({ uses, isCa, maxPathLength }: CertificatePlan) {
  const has = (use: (typeof uses)[number]) => uses.includes(use) || undefined;
  // A limit of 0 has a flag of its own: maxIssuerPathLength 0 is dropped on the way (magic-modules#7004).
  const limit =
    maxPathLength === undefined ? { zeroMaxIssuerPathLength: true } : { maxIssuerPathLength: maxPathLength };
  return {
    caOptions: isCa ? { isCa: true, ...limit } : { isCa: false, nonCa: true },
    keyUsage: {
      baseKeyUsage: flags({
        certSign: has("cert_signing"),
        crlSign: has("crl_signing"),
        digitalSignature: has("digital_signature"),
        keyEncipherment: has("key_encipherment"),
      }),
      extendedKeyUsage: flags({ serverAuth: has("server_auth"), clientAuth: has("client_auth") }),
    },
  };
}

function flags<Flag extends string>(given: Record<Flag, true | undefined>): { [flag in Flag]?: true } {
  return Object.fromEntries(Object.entries(given).filter(([, is]) => is)) as { [flag in Flag]?: true };
}

const LONGEST_NAME = 63;
const DIGITS = 8;

/**
 * Name of a certificate in its pool: another for all that is asked otherwise, because a name is used once for ever there.
 * @param asked all that is asked of the service, and another text for every term
 */
export function certificateName({ name }: CertificatePlan, asked: object): string {
  const digits = createHash("sha256")
    .update(`${name}\n${JSON.stringify(asked)}`)
    .digest("hex")
    .slice(0, DIGITS);
  return `${name.slice(0, LONGEST_NAME - DIGITS - 1)}-${digits}`;
}

/** A lifetime as the service writes it. */
export function lifetimeOf({ lifetimeHours }: CertificatePlan): string {
  return `${lifetimeHours * 3600}s`;
}
