import { X509Certificate } from "node:crypto";
import type { Policies, PolicyResource, StackValidationArgs, StackValidationPolicy } from "@pulumi/policy";
import { known, lateRenewal, UNKNOWN } from "pulumi-multisite/plan";
import { guarded } from "../guarded";
import type { Finding } from "../judged";
import { metadata, type RuleFacts } from "../rule";
import { type Settings, settingNames, settingsSchema } from "../settings";
import { acceptedIn, type PackRun } from "../trust/trustRule";

const SIGNED = "tls:index/locallySignedCert:LocallySignedCert";
/** Beside what AWS or Google has signed stands one that tells when it is due; a root is none of these. */
const SELF_SIGNED = "tls:index/selfSignedCert:SelfSignedCert";
/** What a service has signed, with the property that holds it in PEM. */
const BY_SERVICES: { readonly [type: string]: string } = {
  "aws:acmpca/certificate:Certificate": "certificate",
  "gcp:certificateauthority/certificate:Certificate": "pemCertificate",
};

/** The rule about what the tls provider signs, and the type that it judges. */
export const renewedCertificates: RuleFacts & { readonly type: string } = {
  type: SIGNED,
  name: "n1-030-certificates-renewed",
  displayName: "Certificates are renewed in time",
  description: "No signed certificate has come half-way through its renewal window.",
  level: "mandatory",
  severity: "high",
  remediation:
    "Run `pulumi up` of the stack with nothing targeted, and see why the scheduled run did not renew it: nothing else does.",
};

/** The same about the clocks beside what a service has signed. */
export const renewedClocks: RuleFacts & { readonly type: string } = {
  ...renewedCertificates,
  type: SELF_SIGNED,
  name: "n1-031-renewal-clocks",
  displayName: "What a service has signed is renewed in time",
  description:
    "Neither a certificate of a cloud's authority nor the clock beside it has come half-way through its renewal window.",
};

/**
 * Nothing renews a certificate of `@pulumi/tls` but a run of its program. It is about certificates and no fleet, so it
 * stands beside the rules, and the SDK calls it only where there is a certificate.
 */
export function certificatesRenewed(run: PackRun): Policies[number] {
  return policyOn(renewedCertificates, run);
}

/**
 * The same of what AWS Private CA and Google's service have signed, and of the clocks that renew it: a run that ended between
 * the two has left a clock that is in time beside a certificate that is not.
 */
export function clocksRenewed(run: PackRun): Policies[number] {
  return policyOn(renewedClocks, run);
}

function policyOn(rule: RuleFacts & { readonly type: string }, run: PackRun): StackValidationPolicy {
  const { type } = rule;
  const validateStack = Object.assign(
    (args: StackValidationArgs, report: (message: string, urn?: string) => void) => {
      run.learn(rule, args.getConfig<Settings>(), settingNames);
      const judged = args.resources.filter((one) => one.type === type);
      const beside = type === SELF_SIGNED ? args.resources.filter((one) => one.type in BY_SERVICES) : [];
      const signed = new Map(beside.map((one) => [placeOf(one), one]));
      const find = () => judged.flatMap((one) => late(one, signed.get(placeOf(one)), run.now().toISOString()));
      const found = guarded(rule, find, acceptedIn(run, args.getConfig<Settings>()));
      for (const { message, urn } of found) report(message, urn);
    },
    { __pulumiType: type },
  );
  return {
    ...metadata(rule, "trust"),
    configSchema: settingsSchema,
    validateStack,
  };
}

/** What a service has signed and the clock beside it have one name and one parent. */
function placeOf({ name, parent }: PolicyResource): string {
  return `${parent?.urn}\n${name}`;
}

function late({ type, name, urn, props }: PolicyResource, signed: PolicyResource | undefined, now: string): Finding[] {
  const { validityEndTime, earlyRenewalHours, isCaCertificate } = known(props) as { [property: string]: unknown };
  // What is never renewed is never late: TR-002 says so of what is signed, before it is made.
  if (typeof earlyRenewalHours !== "number" || earlyRenewalHours <= 0) return [];
  if (type === SELF_SIGNED && isCaCertificate === true) return [];
  const ends = [{ urn, notAfter: validityEndTime }, ...(signed ? [{ urn: signed.urn, notAfter: endOf(signed) }] : [])];
  const found = ends.flatMap(({ notAfter, urn }): Finding[] => {
    // Not known yet: this very run makes it anew.
    if (notAfter === UNKNOWN || notAfter === undefined || notAfter === null) return [];
    const problem = lateRenewal({ notAfter: String(notAfter), earlyRenewalHours }, now);
    return problem === undefined ? [] : [{ message: `Certificate ${name} ${problem}.`, urn }];
  });
  return found.slice(0, 1);
}

/** When what a service has signed ends, ISO 8601; undefined while nobody knows it. */
function endOf({ type, props }: PolicyResource): string | undefined {
  const pem = (known(props) as { [property: string]: unknown })[BY_SERVICES[type]!];
  if (typeof pem !== "string" || pem === "") return undefined;
  return new Date(new X509Certificate(pem).validTo).toISOString();
}
