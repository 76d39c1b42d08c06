import { endOf, issueBy, pathLengthLeft, termsOf, x509 } from "../authorities/authority";
import { requestRefusal } from "../authorities/requests";
import type { Making } from "../model";
import { text } from "../wire";
import { activeCa, caKey, type KnownCa, outsideCa, signs } from "./privateCaAuthority";
import { type CaTemplate, templateOf } from "./privateCaTemplates";

const DEFAULT_TEMPLATE = "arn:aws:acm-pca:::template/EndEntityCertificate/V1";
const HOURS: { readonly [type: string]: number } = { DAYS: 24, MONTHS: 30.5 * 24, YEARS: 365 * 24 };
const SHORT_LIVED_HOURS = 7 * 24;

/** What of a request for a certificate the service refuses, with its own name for it. */
export const certificateRefusals: readonly ((it: Making) => string | undefined)[] = [
  (it) => requestRefusal(text(it.inputs, "certificateSigningRequest") ?? "", "certificateSigningRequest"),
  (it) => {
    const region = text(it.inputs, "certificateAuthorityArn")?.split(":")[3];
    return region === it.region
      ? undefined
      : `certificateAuthorityArn: it is in ${region}, and the provider works in ${it.region}; use a provider of ${region} (ResourceNotFoundException)`;
  },
  (it) =>
    isOwnRoot(it) || issuer(it) !== undefined
      ? undefined
      : "certificateAuthorityArn: it is not active; install its certificate (CertificateAuthorityCertificate) first, and enable it (InvalidStateException)",
  (it) => {
    const [ca, how] = [issuer(it), text(it.inputs, "signingAlgorithm") ?? ""];
    return ca === undefined || signs(ca.keyAlgorithm, how)
      ? undefined
      : `signingAlgorithm: ${how} does not go with the authority's key, ${ca.keyAlgorithm} (ValidationException)`;
  },
  (it) =>
    text(it.inputs, "apiPassthrough") === undefined
      ? undefined
      : template(it).takesApi
        ? "cannot rehearse: apiPassthrough; put the names into the request, from which every template takes them"
        : "apiPassthrough: the template takes none; give one of the APIPassthrough varieties (InvalidArgsException)",
  validityRefusal,
  (it) => {
    const [ca, { isCa, pathLength = 0 }] = [issuer(it), template(it)];
    return ca === undefined || !isCa || pathLengthLeft(ca) > pathLength
      ? undefined
      : `templateArn: the authority's path length leaves no room for a CA with path length ${pathLength} (ValidationException)`;
  },
];

/** The certificate, and those that lead from its authority to the root. */
export function signed(it: Making): { certificate: string; certificateChain: string } {
  const { uses, isCa, pathLength } = template(it);
  const hash = (text(it.inputs, "signingAlgorithm") ?? "").slice(0, 6).toLowerCase();
  const terms = termsOf({ allowedUses: [...uses], hours: hoursOf(it), isCa, maxPathLength: pathLength, hash });
  const holder = x509().readRequest(text(it.inputs, "certificateSigningRequest") ?? "", "certificateSigningRequest");
  if (isOwnRoot(it)) {
    const { certPem } = x509().selfSignHolder(caKey(owner(it)!.inputs, owner(it)!.id), holder, terms, new Date());
    return { certificate: certPem, certificateChain: "" };
  }
  const ca = issuer(it)!;
  return { certificate: issueBy(ca, holder, terms, new Date()).certPem, certificateChain: ca.chain.join("") };
}

function template(it: Making): CaTemplate & { readonly takesApi: boolean } {
  return templateOf(text(it.inputs, "templateArn") ?? DEFAULT_TEMPLATE)!;
}

function owner(it: Making) {
  return it.target("certificateAuthorityArn");
}

/** A root's own certificate, which it signs before it is active. */
function isOwnRoot(it: Making): boolean {
  const ca = owner(it);
  if (ca === undefined || text(ca.inputs, "type") !== "ROOT" || !template(it).isCa) return false;
  if (template(it).pathLength !== undefined) return false;
  const request = text(it.inputs, "certificateSigningRequest") ?? "";
  if (requestRefusal(request, "") !== undefined) return false;
  return x509().asksFor(x509().readRequest(request, ""), caKey(ca.inputs, ca.id));
}

function issuer(it: Making): KnownCa | undefined {
  const ca = owner(it);
  const arn = text(it.inputs, "certificateAuthorityArn") ?? "";
  return ca === undefined ? outsideCa(arn, it.world, it.scope) : activeCa(ca, it.world);
}

function validityRefusal(it: Making): string | undefined {
  const hours = hoursOf(it);
  const value = text(it.inputs, "validity.value");
  if (!(hours > 0)) return `validity.value: must be a time to come; got ${JSON.stringify(value)} (ValidationException)`;
  const ca = isOwnRoot(it) ? undefined : issuer(it);
  if (ca === undefined) return undefined;
  if (ca.isShortLived && hours > SHORT_LIVED_HOURS) {
    return "validity: the authority is of mode SHORT_LIVED_CERTIFICATE and issues for 7 days at most (ValidationException)";
  }
  const end = new Date(Date.now() + hours * 3_600_000);
  return end <= endOf(ca)
    ? undefined
    : `validity: it would end ${day(end)}, after its authority (${day(endOf(ca))}); shorten it (ValidationException)`;
}

/** How long the certificate is to live; NaN where that cannot be read. */
function hoursOf(it: Making): number {
  const [type, value] = [text(it.inputs, "validity.type") ?? "", text(it.inputs, "validity.value") ?? ""];
  if (type === "END_DATE") return (Date.parse(value) - Date.now()) / 3_600_000;
  const amount = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  return type === "ABSOLUTE" ? (amount * 1000 - Date.now()) / 3_600_000 : amount * (HOURS[type] ?? Number.NaN);
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
