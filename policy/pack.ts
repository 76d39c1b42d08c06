import type {
  Policies,
  PolicyResource,
  ReportViolation,
  ResourceValidationArgs,
  StackValidationArgs,
} from "@pulumi/policy";
import { FLEET, isInstaller } from "pulumi-multisite/plan";
import type { Court } from "./court";
import { exceptionNotes, isAbout } from "./exceptions";
import { guarded } from "./guarded";
import type { Finding, JudgedFleet } from "./judged";
import { facts, noteworthy } from "./noteworthy";
import { metadata, type Rule } from "./rule";
import { merged, type Settings, settingsSchema } from "./settings";
import { aboutCertificates } from "./trust";

/** A policy of the pack: on the inputs of a Fleet, before any of its children exists, and on the resources of a stack. */
type Policy = Policies[number] & {
  validateResource(args: ResourceValidationArgs, report: ReportViolation): void;
  validateStack(args: StackValidationArgs, report: ReportViolation): void;
};

/**
 * Makes policies of rules.
 *
 * The SDK deserialises every resource anew for each stack policy that it calls (0.4 s for 15,000 resources, and there
 * are thirteen rules), and each input anew for each resource policy; it calls neither when the function names, as
 * `__pulumiType`, a type that is not there. So the first policy looks once for all rules, and a rule that has nothing to
 * say in this very call names a type that no resource has. A rule that has something to say is called, and reports at
 * its own level. Where the first policy did not run, every rule is called and looks for itself.
 * @param court where they meet; none of its rules may be in two packs
 */
export function makePolicies(rules: readonly Rule[], court: Court): Policy[] {
  return [leading(court), ...rules.map((rule) => policyOf(rule, court))];
}

/** The type that no resource has. */
const NOTHING_FOUND = "multisite:index:NothingFound";

const NO_SITES = "The stack has no sites.";

function leading(court: Court): Policy {
  return {
    ...metadata(facts, "n+1"),
    configSchema: settingsSchema,
    validateResource: (args, report) => {
      court.witness(args);
      court.expect(args.type);
      const settings = args.getConfig<Settings>();
      court.share(settings);
      if (args.type !== FLEET) return;
      reportAll(
        guarded(facts, () => noteworthy(court.fleet(args, settings))),
        report,
      );
    },
    validateStack: (args, report) => {
      const settings = args.getConfig<Settings>();
      court.share(settings);
      const stack = court.look(args.resources);
      const beside = stack.isEmpty ? exceptionsBeside(args.resources, settings, court.today()) : [];
      if (stack.isEmpty && beside.length === 0) args.notApplicable(NO_SITES);
      const notes = stack.isEmpty ? beside : guarded(facts, () => stack.notes());
      reportAll(notes, report);
    },
  };
}

/** Where there are no sites, the exceptions in force for the rules about certificates, if the stack has any of those. */
function exceptionsBeside(resources: readonly PolicyResource[], settings: Settings, today: string): Finding[] {
  const types = new Set(resources.map(({ type }) => type));
  const names = aboutCertificates.filter((rule) => rule.types.some((type) => types.has(type))).map(({ name }) => name);
  const notes = exceptionNotes(settings, today, (one) => names.some((name) => isAbout(one, name)));
  return notes.map((message) => ({ message }));
}

function policyOf(rule: Rule, court: Court): Policy {
  const settingsOf = (args: ResourceValidationArgs | StackValidationArgs) => {
    const own = args.getConfig<Settings>();
    court.learn(rule, own);
    return merged(court.shared, own);
  };
  // Until a rule has been asked once it is asked about every type: only so does the pack learn its own settings.
  const validateResource = onType(
    () => (court.hasLearned(rule) && !court.expectsChartFor(rule) ? FLEET : undefined),
    (args: ResourceValidationArgs, report) => {
      const settings = settingsOf(args);
      if (rule.atInstall && isInstaller(args.type)) {
        reportAll(atInstall(rule, args, settings), report);
        return;
      }
      if (args.type !== FLEET) args.notApplicable(`The rule is about ${FLEET}.`);
      reportAll(
        found(rule, () => court.fleet(args, settings)),
        report,
      );
    },
  );
  const validateStack = onType(
    () => (court.hasNothingAgainst(rule) ? NOTHING_FOUND : undefined),
    (args: StackValidationArgs, report) => {
      const settings = settingsOf(args);
      const stack = court.current() ?? court.look(args.resources);
      if (stack.isEmptyFor(rule)) args.notApplicable(NO_SITES);
      const found = stack.findings(rule, settings);
      reportAll(
        found.filter(({ urn }) => !court.installs.hasRefused(rule, urn)),
        report,
      );
    },
  );
  /** Which site a chart is for is known at the end only: where something is accepted for one, it is judged then. */
  const atInstall = (of: Rule, { urn }: ResourceValidationArgs, { exceptions = [] }: Settings) =>
    exceptions.some((one) => isAbout(one, of.name)) ? [] : court.installs.findings(of, urn);
  // The SDK answers for every rule that is not about a type, which for fifteen thousand resources and thirteen rules costs
  // more than reading the resources. To a rule that the first policy has no Fleet for, there is nothing to ask.
  return Object.defineProperty(
    {
      ...metadata(rule, rule.program === undefined ? "n+1" : "mesh"),
      ...{ configSchema: settingsSchema, validateResource, validateStack },
    },
    "validateResource",
    {
      enumerable: true,
      get: () => (court.expectsNothingFor(rule) && court.hasLearned(rule) ? undefined : validateResource),
    },
  );
}

/** What a rule finds against a fleet, without what is accepted for now. */
function found(rule: Rule, judged: () => JudgedFleet): Finding[] {
  let fleet: JudgedFleet | undefined;
  const find = () => {
    fleet = judged();
    return rule.judge?.(fleet) ?? [];
  };
  return guarded(rule, find, (name, site) => fleet?.excepted(name, site) ?? false);
}

function reportAll(findings: readonly Finding[], report: ReportViolation): void {
  for (const { message, urn } of findings) report(message, urn);
}

/** A function that the SDK calls only where `type()` is undefined or there is such a resource. */
function onType<F extends (args: never, report: ReportViolation) => void>(type: () => string | undefined, call: F): F {
  return Object.defineProperty(call, "__pulumiType", { get: type });
}
