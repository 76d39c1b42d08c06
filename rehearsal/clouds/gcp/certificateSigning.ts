import { type Authority, issueBy, pathLengthLeft, termsOf, x509 } from "../authorities/authority";
import { keyRefusal, requestRefusal } from "../authorities/requests";
import type { Making } from "../model";
import type { Holder, Subject } from "../tls/x509";
import { at, text } from "../wire";
import type { Thing } from "../world";
import { authorityOf, outsideAuthority, withinIssuer } from "./certificateAuthorities";
import { type Configured, configuredIn, publicKeyIn, secondsIn } from "./certificateConfig";
import { CA_AUTHORITY, project } from "./names";

const HOURS_OF_TEN_YEARS = 87_600;
const NOBODY: Subject = { subject: {}, dnsNames: [], ipAddresses: [], uris: [] };
/** A request of `@pulumi/tls` says names and no uses, and the service adds none of its own. */
const PLAIN: Omit<Configured, "asked"> = { allowedUses: [], isCa: false, maxPathLength: undefined };

interface Signer {
  readonly id: string;
  readonly authority: Authority;
}

/** What the service refuses of a certificate, in the words of its API where it has some. */
export const certificateRefusals: readonly ((it: Making) => string | undefined)[] = [
  (it) =>
    text(pool(it)?.inputs, "tier") === "DEVOPS"
      ? "pool: it is of tier DEVOPS, which keeps no certificates; the provider takes pools of tier ENTERPRISE only"
      : undefined,
  (it) =>
    signer(it) === undefined
      ? `pool: ${poolId(it)} has no enabled authority${named(it) === undefined ? "" : ` "${named(it)}"`}; make one, or read the one that exists (getAuthority) (FAILED_PRECONDITION)`
      : undefined,
  (it) => {
    const csr = text(it.inputs, "pemCsr");
    if (csr !== undefined) return requestRefusal(csr, "pemCsr");
    try {
      return keyRefusal(publicKeyIn(configIn(it)), "config.publicKey.key");
    } catch {
      return "config.publicKey.key: it cannot be read; give a public key in PEM, in base64 (INVALID_ARGUMENT)";
    }
  },
  (it) => {
    const mode = text(it.inputs, "pemCsr") === undefined ? "allowConfigBasedIssuance" : "allowCsrBasedIssuance";
    const allowed = at(pool(it)?.inputs, `issuancePolicy.allowedIssuanceModes.${mode}`);
    return allowed === false
      ? `pool: its issuance policy forbids this (${mode} is false) (PERMISSION_DENIED)`
      : undefined;
  },
  (it) => {
    const most = text(pool(it)?.inputs, "issuancePolicy.maximumLifetime");
    return hours(it) * 3600 <= (secondsIn(most) ?? Number.POSITIVE_INFINITY)
      ? undefined
      : `lifetime: the pool's issuance policy allows ${most} at most (INVALID_ARGUMENT)`;
  },
  (it) => {
    const [by, { isCa, maxPathLength = 0 }] = [signer(it), asked(it)];
    return by === undefined || !isCa || pathLengthLeft(by.authority) > maxPathLength
      ? undefined
      : "config.x509Config.caOptions: the authority's path length leaves no room for a CA (INVALID_ARGUMENT)";
  },
  (it) =>
    text(it.inputs, "certificateTemplate") !== undefined ||
    at(pool(it)?.inputs, "issuancePolicy.baselineValues") !== undefined
      ? "cannot rehearse: certificateTemplate and issuancePolicy.baselineValues"
      : undefined,
];

/** The certificate, and the chain from its authority to the root. */
export function signed(it: Making) {
  const { id, authority } = signer(it)!;
  const terms = termsOf({ ...asked(it), hours: withinIssuer(hours(it), authority) });
  const issued = issueBy(authority, holder(it), terms, new Date());
  return {
    pemCertificate: issued.certPem,
    pemCertificateChains: [...authority.chain],
    issuerCertificateAuthority: id,
  };
}

function holder(it: Making): Holder {
  const csr = text(it.inputs, "pemCsr");
  const whole =
    csr === undefined
      ? x509().holderOf(publicKeyIn(configIn(it)), configuredIn(configIn(it)).asked)
      : x509().readRequest(csr, "pemCsr");
  // What a pool passes on of an identity is dropped when it says no, not refused.
  const may = (what: string) => at(pool(it)?.inputs, `issuancePolicy.identityConstraints.${what}`) !== false;
  const { subject } = x509().holderOf(x509().publicKeyOf(whole), NOBODY);
  return {
    ...whole,
    subject: may("allowSubjectPassthrough") ? whole.subject : subject,
    names: may("allowSubjectAltNamesPassthrough") ? whole.names : undefined,
  };
}

function asked(it: Making): Omit<Configured, "asked"> {
  if (text(it.inputs, "pemCsr") !== undefined) return PLAIN;
  const { allowedUses, isCa, maxPathLength } = configuredIn(configIn(it));
  return { allowedUses, isCa, maxPathLength };
}

function configIn({ inputs }: Making): unknown {
  return (inputs as { config?: unknown }).config;
}

function hours(it: Making): number {
  return (secondsIn(text(it.inputs, "lifetime")) ?? HOURS_OF_TEN_YEARS * 3600) / 3600;
}

function pool(it: Making): Thing | undefined {
  return it.target("pool");
}

function poolId(it: Making): string {
  return `projects/${project(it)}/locations/${text(it.inputs, "location")}/caPools/${text(it.inputs, "pool")}`;
}

function named(it: Making): string | undefined {
  return text(it.inputs, "certificateAuthority");
}

/** The authority that is named, or the first of the pool that is enabled. */
function signer(it: Making): Signer | undefined {
  const within = pool(it);
  const id = `${poolId(it)}/certificateAuthorities/${named(it)}`;
  const made = [...(within === undefined ? [] : it.world.usersOf(within))].filter(
    (one) =>
      one.type === CA_AUTHORITY &&
      text(one.outputs, "state") === "ENABLED" &&
      (named(it) === undefined || one.id === id),
  );
  if (made[0] !== undefined) return { id: made[0].id, authority: authorityOf(made[0]) };
  const authority = outsideAuthority(id, it.world);
  return authority === undefined ? undefined : { id, authority };
}
