import type {
  PolicyConfigSchema,
  ReportViolation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
} from "@pulumi/policy";
import { known } from "pulumi-multisite/plan";
import { acceptedBy } from "../exceptions";
import { guarded } from "../guarded";
import { metadata, type RuleFacts } from "../rule";
import { merged, type Settings, settingsSchema } from "../settings";

/** What a rule about certificates reads of a resource. Everything in it is plain; what is unknown is `UNKNOWN`. */
export interface JudgedResource {
  readonly name: string;
  readonly type: string;
  readonly props: { readonly [property: string]: unknown };
  readonly isProtected: boolean;
  /** The rule's own configuration. */
  readonly settings: object;
  readonly now: Date;
}

/** A rule about one resource at a time, in programs with and without this library. */
export interface TrustRule extends RuleFacts {
  /** Type tokens that it is about. */
  readonly types: readonly string[];
  readonly configSchema?: PolicyConfigSchema;
  /** Messages; empty when the rule holds. Pure. A message shows names and dates, never a part of a key. */
  readonly judge: (resource: JudgedResource) => string[];
}

/** What a policy about certificates knows of a run; functions, because a pack may live longer than a day. */
export interface PackRun {
  readonly now: () => Date;
  /** Settings of the whole pack, as the first policy has them in this call. */
  readonly shared: () => Settings;
  /** Hears what a rule's own settings are, and the names of those that it has. */
  readonly learn: (rule: RuleFacts, settings: Settings, known: readonly string[]) => void;
}

/** What is accepted of a policy's findings, by the pack's settings and its own. */
export function acceptedIn({ now, shared }: PackRun, own: Settings) {
  return acceptedBy(merged(shared(), own), now().toISOString().slice(0, 10));
}

/** A rule as the pack serves it. A rule that fails is violated: it has proven nothing. */
export function trustPolicy(rule: TrustRule, run: PackRun): ResourceValidationPolicy {
  const { exceptions } = settingsSchema.properties;
  const properties = { ...rule.configSchema?.properties, ...(exceptions && { exceptions }) };
  const known = Object.keys(properties);
  return {
    ...metadata(rule, "trust"),
    configSchema: { properties },
    validateResource: (args: ResourceValidationArgs, report: ReportViolation) => {
      run.learn(rule, args.getConfig<Settings>(), known);
      if (!rule.types.includes(args.type)) args.notApplicable(`The rule is about ${rule.types.join(", ")}.`);
      const resource = judged(args, run.now());
      const find = () => rule.judge(resource).map((message) => ({ message }));
      for (const { message } of guarded(rule, find, acceptedIn(run, args.getConfig<Settings>()))) report(message);
    },
  };
}

function judged(args: ResourceValidationArgs, now: Date): JudgedResource {
  const { name, type } = args;
  const props = known(args.props) as JudgedResource["props"];
  return { name, type, props, isProtected: args.opts.protect, settings: args.getConfig<object>(), now };
}
