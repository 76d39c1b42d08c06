import { shown } from "../props";
import { camelCased } from "./tr-002-certificate-terms";
import type { JudgedResource, TrustRule } from "./trustRule";

const LEAST_HOURS = 365 * 24;
export const SELF_SIGNED = "tls:index/selfSignedCert:SelfSignedCert";
const AWS_AUTHORITY = "aws:acmpca/certificateAuthority:CertificateAuthority";
const GOOGLE_AUTHORITY = "gcp:certificateauthority/authority:Authority";

/** A root that is made anew is another root, and everything that it has signed is worth nothing. */
export const rootKept: TrustRule = {
  name: "tr-001-root-kept",
  displayName: "CAs are neither replaced nor deleted",
  description: "A root, and an authority of a cloud, is protected, never renewed in place, and not gone at once.",
  level: "mandatory",
  severity: "critical",
  remediation: "Protect it, and exchange it by phases: list another generation in trust.rotation.",
  types: [SELF_SIGNED, AWS_AUTHORITY, GOOGLE_AUTHORITY],
  judge: (resource) => {
    if (resource.type === SELF_SIGNED) return resource.props.isCaCertificate === true ? selfSigned(resource) : [];
    return [...unprotected("Authority", resource), ...recoverable(resource)];
  },
};

function unprotected(what: string, { name, isProtected }: JudgedResource): string[] {
  return isProtected ? [] : [`${what} ${name} is not protected: a run that no longer lists it would delete its key.`];
}

function selfSigned(resource: JudgedResource): string[] {
  const { name, props } = resource;
  const { validityPeriodHours, maxPathLength } = props;
  const earlyRenewalHours = props.earlyRenewalHours ?? 0;
  return [
    ...unprotected("Root", resource),
    ...(earlyRenewalHours === 0
      ? []
      : [`Root ${name} renews itself ${shown(earlyRenewalHours)} h before its end, which replaces it: set 0.`]),
    ...(typeof validityPeriodHours === "number" && validityPeriodHours >= LEAST_HOURS
      ? []
      : [`Root ${name} lives ${shown(validityPeriodHours)} h: give ${LEAST_HOURS} or more.`]),
    ...(maxPathLength === 0 ? [`Root ${name} has maxPathLength 0, which the tls provider drops: set 1.`] : []),
    ...camelCased(resource),
  ];
}

/** A CA whose deletion can still be undone has not ended everything below it. */
function recoverable({ type, name, props }: JudgedResource): string[] {
  return type === AWS_AUTHORITY || props.skipGracePeriod !== true
    ? []
    : [`Authority ${name} has skipGracePeriod on, so a deletion is at once and for ever: leave it off.`];
}
