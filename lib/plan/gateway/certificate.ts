import type { SitePlan } from "../plan";
import type { DnsService, TrafficSpec } from "../routing/spec";
import { RENEW_BEFORE_PERCENT } from "./given";
import type { CertificateSpec } from "./spec";

/** Where the certificates for the domain come from, one in each site. */
export type PublicCertificatePlan = GivenCertificate | AcmeCertificate;

interface CertificateCommon {
  /** The names that it is for. */
  readonly names: readonly string[];
  /** What is to be known about it, in words: by whom it is renewed, and when. */
  readonly notes: readonly string[];
}

export interface GivenCertificate extends CertificateCommon {
  readonly by: "given";
}

export interface AcmeCertificate extends CertificateCommon {
  readonly by: "acme";
  readonly server: string;
  readonly serverRoot: string | undefined;
  readonly email: string | undefined;
  /** The DNS service that answers the authority. */
  readonly service: DnsService;
  /**
   * A zone of its own for the name that the authority asks for, at that service, to which every service's zone leads: a
   * record of one service would not be seen by whoever asks another. It is all that the sites may change.
   */
  readonly challengeZone: string;
  /** Part of a certificate's life, in per cent, that is left when it is renewed. */
  readonly renewBeforePercent: number;
}

const LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory";

/**
 * Certificates for the same names that Let's Encrypt issues within a week to whomever; afterwards one in 34 hours
 * (letsencrypt.org/docs/rate-limits, "New Certificates per Exact Set of Identifiers").
 */
const MOST_A_WEEK = 5;

/** The certificates that a spec asks for. */
export function certificatePlan(
  spec: CertificateSpec,
  { domain, providers }: TrafficSpec,
  sites: readonly SitePlan[],
): PublicCertificatePlan {
  const names = [domain];
  if (spec.by === "given") {
    const notes = [
      `The certificate of each site for ${domain} is given by the program: nobody renews it but a run with a new one.`,
    ];
    return { by: "given", names, notes };
  }
  const server = spec.server ?? LETS_ENCRYPT;
  // The spec's problems name a list without a service before.
  const service = spec.service ?? providers[0]!.service;
  const notes = [
    `Each site gets its certificate for ${domain} from ${new URL(server).host} by an account of its own, and renews it when ` +
      `${RENEW_BEFORE_PERCENT} % of its life are left, whatever becomes of other sites; ${service} answers for ${challengeZone(domain)}.`,
    ...limitNotes(server, sites.length),
  ];
  return {
    ...{ by: "acme", names, server, service, notes },
    ...{ serverRoot: spec.serverRoot, email: spec.email },
    challengeZone: challengeZone(domain),
    renewBeforePercent: RENEW_BEFORE_PERCENT,
  };
}

/** The name that an ACME authority asks for (RFC 8555, 8.4). */
export function challengeZone(domain: string): string {
  return `_acme-challenge.${domain}`;
}

function limitNotes(server: string, sites: number): string[] {
  if (sites <= MOST_A_WEEK || !new URL(server).host.endsWith("letsencrypt.org")) return [];
  return [
    `Let's Encrypt issues ${MOST_A_WEEK} certificates a week for the same names, and one in 34 hours after them: ${sites} sites that ` +
      `are built, or lose their Secrets, in one week wait for each other. Build them over ${Math.ceil(sites / MOST_A_WEEK)} weeks, or ask for a higher limit.`,
  ];
}
