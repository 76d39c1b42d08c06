import type { TrustRule } from "./trustRule";

const LEAST_HOURS = 365 * 24;

/** A root that is made anew is another root, and everything that it has signed is worth nothing. */
export const rootKept: TrustRule = {
  name: "tr-001-root-kept",
  displayName: "Roots are neither replaced nor deleted",
  description: "A self-signed CA is protected, never renewed in place, and lives a year at least.",
  level: "mandatory",
  severity: "critical",
  remediation: "Protect the root, and exchange it by phases: list another generation in trust.rotation.",
  types: ["tls:index/selfSignedCert:SelfSignedCert"],
  judge: ({ name, props, isProtected }) => {
    if (props.isCaCertificate !== true) return [];
    const { earlyRenewalHours = 0, validityPeriodHours, maxPathLength } = props;
    return [
      ...(isProtected ? [] : [`Root ${name} is not protected: a run that no longer lists it would delete its key.`]),
      ...(earlyRenewalHours === 0
        ? []
        : [`Root ${name} renews itself ${String(earlyRenewalHours)} h before its end, which replaces it: set 0.`]),
      ...(typeof validityPeriodHours === "number" && validityPeriodHours >= LEAST_HOURS
        ? []
        : [`Root ${name} lives ${String(validityPeriodHours)} h: give ${LEAST_HOURS} or more.`]),
      ...(maxPathLength === 0 ? [`Root ${name} has maxPathLength 0, which the tls provider drops: set 1.`] : []),
    ];
  },
};
