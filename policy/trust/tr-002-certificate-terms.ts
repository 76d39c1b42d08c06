import { certificatesOf, MOST_LEAF_DAYS } from "pulumi-multisite/plan";
import type { JudgedResource, TrustRule } from "./trustRule";

const HOUR_MS = 3_600_000;

/** What a certificate may be asked to be, before it is signed. */
export const certificateTerms: TrustRule = {
  name: "tr-002-certificate-terms",
  displayName: "Certificates end in time",
  description: "A leaf lives at most 398 days, no certificate outlives its issuer, and none is renewed in every run.",
  level: "mandatory",
  severity: "high",
  remediation: "Shorten validityPeriodHours or earlyRenewalHours, or exchange the issuer first.",
  types: ["tls:index/locallySignedCert:LocallySignedCert"],
  judge: (resource) => [...lifetime(resource), ...renewal(resource), ...uses(resource), ...withinIssuer(resource)],
};

function lifetime({ name, props }: JudgedResource): string[] {
  const hours = props.validityPeriodHours;
  if (typeof hours !== "number")
    return [`Certificate ${name}: validityPeriodHours is not known, so it proves nothing.`];
  const pathLength =
    props.maxPathLength === 0
      ? [`CA ${name} has maxPathLength 0, which the tls provider drops: limit the root to 1 instead.`]
      : [];
  if (props.isCaCertificate === true || hours <= MOST_LEAF_DAYS * 24) return pathLength;
  return [
    ...pathLength,
    `Leaf ${name} lives ${hours} h: give ${MOST_LEAF_DAYS * 24} (${MOST_LEAF_DAYS} days) or fewer.`,
  ];
}

function renewal({ name, props: { validityPeriodHours, earlyRenewalHours = 0 } }: JudgedResource): string[] {
  if (typeof validityPeriodHours !== "number") return []; // said already
  if (typeof earlyRenewalHours !== "number")
    return [`Certificate ${name}: earlyRenewalHours is not known, so it proves nothing.`];
  if (earlyRenewalHours < validityPeriodHours) return [];
  return [
    `Certificate ${name} lives ${validityPeriodHours} h and is renewed ${earlyRenewalHours} h before its end, so in every run: renew later.`,
  ];
}

function uses({ name, props }: JudgedResource): string[] {
  const given = Array.isArray(props.allowedUses) ? props.allowedUses : [];
  return given.flatMap((use) => {
    if (typeof use !== "string" || !/[A-Z]/.test(use)) return [];
    const right = use.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return [`Certificate ${name} has the use "${use}", which the tls provider refuses: give "${right}".`];
  });
}

function withinIssuer({ name, props: { caCertPem, validityPeriodHours }, now }: JudgedResource): string[] {
  // Not known before the issuer exists: its plan then gave it longer.
  if (typeof caCertPem !== "string" || typeof validityPeriodHours !== "number") return [];
  const [issuer] = certificatesOf(caCertPem, `The issuer of ${name}`);
  const end = new Date(now.getTime() + validityPeriodHours * HOUR_MS);
  const last = new Date(issuer!.validTo);
  return [
    ...(issuer!.ca ? [] : [`The issuer of ${name} is no CA: nobody would accept what it signs.`]),
    ...(end <= last
      ? []
      : [
          `Certificate ${name}, signed now, would end ${day(end)}, after its issuer (${day(last)}): exchange that first.`,
        ]),
  ];
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
