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
  description: "No clock beside a certificate of a cloud's authority has come half-way through its renewal window.",
};

/**
 * Nothing renews a certificate of `@pulumi/tls` but a run of its program. It is about certificates and no fleet, so it
 * stands beside the rules, and the SDK calls it only where there is a certificate.
 */
export function certificatesRenewed(run: PackRun): Policies[number] {
  return policyOn(renewedCertificates, run);
}

/** The same of the clocks that renew what AWS Private CA and Google's service have signed. */
export function clocksRenewed(run: PackRun): Policies[number] {
  return policyOn(renewedClocks, run);
}

function policyOn(rule: RuleFacts & { readonly type: string }, run: PackRun): StackValidationPolicy {
  const { type } = rule;
  const validateStack = Object.assign(
    (args: StackValidationArgs, report: (message: string, urn?: string) => void) => {
      run.learn(rule, args.getConfig<Settings>(), settingNames);
      const judged = args.resources.filter((one) => one.type === type);
      const find = () => judged.flatMap((one) => late(one, run.now().toISOString()));
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

function late({ type, name, urn, props }: PolicyResource, now: string): Finding[] {
  const { validityEndTime, earlyRenewalHours, isCaCertificate } = known(props) as { [property: string]: unknown };
  // What is never renewed is never late: TR-002 says so of what is signed, before it is made.
  if (typeof earlyRenewalHours !== "number" || earlyRenewalHours <= 0) return [];
  if (type === SELF_SIGNED && isCaCertificate === true) return [];
  // Not known yet: this very run makes it anew.
  if (validityEndTime === UNKNOWN || validityEndTime === undefined || validityEndTime === null) return [];
  const problem = lateRenewal({ notAfter: String(validityEndTime), earlyRenewalHours }, now);
  return problem === undefined ? [] : [{ message: `Certificate ${name} ${problem}.`, urn }];
}
