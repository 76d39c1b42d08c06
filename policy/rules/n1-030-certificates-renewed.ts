import type { Policies, PolicyResource, StackValidationArgs, StackValidationPolicy } from "@pulumi/policy";
import { lateRenewal, UNKNOWN } from "pulumi-multisite/plan";
import { accepting } from "../exceptions";
import { guarded } from "../guarded";
import type { Finding } from "../judged";
import { known } from "../known";
import type { RuleFacts } from "../rule";
import { type Settings, settingsSchema } from "../settings";

const SIGNED = "tls:index/locallySignedCert:LocallySignedCert";

const facts: RuleFacts = {
  name: "n1-030-certificates-renewed",
  displayName: "Certificates are renewed in time",
  description: "No signed certificate has come half-way through its renewal window.",
  level: "mandatory",
  severity: "high",
  remediation:
    "Run `pulumi up` of the stack with nothing targeted, and see why the scheduled run did not renew it: nothing else does.",
};

/**
 * Nothing renews a certificate of `@pulumi/tls` but a run of its program. It is about certificates and no fleet, so it
 * stands beside the rules, and the SDK calls it only where there is a certificate.
 * @param now time of a run, ISO 8601; a function, because a pack may live longer than a day
 */
export function certificatesRenewed(now: () => string): Policies[number] {
  const validateStack = Object.assign(
    (args: StackValidationArgs, report: (message: string, urn?: string) => void) => {
      const { exceptions = [] } = args.getConfig<Settings>();
      const excepted = (name: string, site: string | undefined) =>
        accepting(exceptions, name, site, now().slice(0, 10)) !== undefined;
      const found = guarded(facts, () => args.resources.flatMap((one) => late(one, now())), { excepted });
      for (const { message, urn } of found) report(message, urn);
    },
    { __pulumiType: SIGNED },
  );
  const policy: StackValidationPolicy = {
    ...{ name: facts.name, displayName: facts.displayName, description: facts.description, severity: facts.severity },
    enforcementLevel: facts.level,
    remediationSteps: facts.remediation,
    tags: ["multisite", "trust", "kubernetes"],
    configSchema: settingsSchema,
    validateStack,
  };
  return policy;
}

function late({ type, name, urn, props }: PolicyResource, now: string): Finding[] {
  if (type !== SIGNED) return [];
  const { validityEndTime, earlyRenewalHours } = known(props) as { [property: string]: unknown };
  // Not known yet: this very run makes it anew.
  if (validityEndTime === UNKNOWN || validityEndTime === undefined) return [];
  const problem = lateRenewal(
    {
      notAfter: String(validityEndTime),
      earlyRenewalHours: typeof earlyRenewalHours === "number" ? earlyRenewalHours : 0,
    },
    now,
  );
  return problem === undefined ? [] : [{ message: `Certificate ${name} ${problem}.`, urn }];
}
