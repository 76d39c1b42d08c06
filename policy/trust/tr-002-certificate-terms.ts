import { MOST_LEAF_DAYS, NEVER_RENEWED, UNKNOWN } from "pulumi-multisite/plan";
import { issuerProblems, outlivesIssuer } from "./issuer";
import { SIGNED, TERMS } from "./terms";
import type { JudgedResource, TrustRule } from "./trustRule";

/** What a certificate may be asked to be, before it is signed. */
export const certificateTerms: TrustRule = {
  name: "tr-002-certificate-terms",
  displayName: "Certificates end in time",
  description:
    "A leaf lives at most 398 days, no certificate outlives its issuer, and one of the tls provider is renewed, but not in every run.",
  level: "mandatory",
  severity: "high",
  remediation: "Shorten the certificate's life or its early renewal, or exchange the issuer first.",
  types: Object.keys(TERMS),
  judge: (resource) => [
    ...lifetime(resource),
    ...renewal(resource),
    ...(resource.type === SIGNED
      ? [...pathLength(resource), ...camelCased(resource), ...issuerProblems(resource)]
      : []),
  ],
  atEnd: (resource) => (resource.type === SIGNED ? outlivesIssuer(resource) : []),
};

function termOf({ type, props, now }: JudgedResource) {
  return TERMS[type]!(props, now);
}

function lifetime(resource: JudgedResource): string[] {
  const { name } = resource;
  const { isCa, hours, property } = termOf(resource);
  if (hours === undefined) return [`Certificate ${name}: ${property} is not known, so it proves nothing.`];
  if (isCa || hours <= MOST_LEAF_DAYS * 24) return [];
  return [`Leaf ${name} lives ${Math.ceil(hours)} h: give ${MOST_LEAF_DAYS * 24} (${MOST_LEAF_DAYS} days) or fewer.`];
}

function renewal(resource: JudgedResource): string[] {
  const { name, type, props } = resource;
  const { hours, renewalHours } = termOf(resource);
  if (hours === undefined) return []; // said already
  if (renewalHours === undefined) {
    const isUnknown = type === SIGNED && props.earlyRenewalHours === UNKNOWN;
    return isUnknown ? [`Certificate ${name}: earlyRenewalHours is not known, so it proves nothing.`] : [];
  }
  if (type === SIGNED && renewalHours <= 0) return [`Certificate ${name} ${NEVER_RENEWED}.`];
  if (renewalHours < hours) return [];
  return [
    `Certificate ${name} lives ${hours} h and is renewed ${renewalHours} h before its end, so in every run: renew later.`,
  ];
}

function pathLength({ name, props: { maxPathLength } }: JudgedResource): string[] {
  return maxPathLength === 0
    ? [`CA ${name} has maxPathLength 0, which the tls provider drops: limit the root to 1 instead.`]
    : [];
}

/** Uses in the spelling of the provider's own documentation, which it refuses. */
export function camelCased({ name, props }: Pick<JudgedResource, "name" | "props">): string[] {
  const given = Array.isArray(props.allowedUses) ? props.allowedUses : [];
  return given.flatMap((use) => {
    if (typeof use !== "string" || !/[A-Z]/.test(use)) return [];
    const right = use.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return [`Certificate ${name} has the use "${use}", which the tls provider refuses: give "${right}".`];
  });
}
