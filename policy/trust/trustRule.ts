import type {
  PolicyConfigSchema,
  ReportViolation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationArgs,
  StackValidationPolicy,
} from "@pulumi/policy";
import { known } from "pulumi-multisite/plan";
import { acceptedBy } from "../exceptions";
import { guarded } from "../guarded";
import { metadata, type RuleFacts } from "../rule";
import { merged, type Settings, settingsSchema } from "../settings";
import { SIGNED } from "./terms";

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
  /**
   * The same of what shows only in the outputs at the end of a preview or update, where the program has certificates of the tls
   * provider: asked of each resource of `types`, beside all of them.
   */
  readonly atEnd?: (resource: JudgedResource, all: readonly JudgedResource[]) => string[];
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
export function trustPolicy(rule: TrustRule, run: PackRun): ResourceValidationPolicy & Partial<StackValidationPolicy> {
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
    ...(rule.atEnd && { validateStack: atTheEnd(rule, rule.atEnd, run) }),
  };
}

function atTheEnd(rule: TrustRule, atEnd: NonNullable<TrustRule["atEnd"]>, run: PackRun) {
  const validateStack = (args: StackValidationArgs, report: ReportViolation) => {
    const own = args.getConfig<Settings>();
    const resources = args.resources.filter(({ type }) => rule.types.includes(type));
    const find = () => {
      const all = resources.map((one) => judged({ ...one, getConfig: args.getConfig }, run.now()));
      return all.flatMap((one, i) => atEnd(one, all).map((message) => ({ message, urn: resources[i]?.urn })));
    };
    for (const { message, urn } of guarded(rule, find, acceptedIn(run, own))) report(message, urn);
  };
  return Object.assign(validateStack, { __pulumiType: SIGNED });
}

function judged(
  {
    name,
    type,
    props,
    opts,
    getConfig,
  }: Pick<ResourceValidationArgs, "name" | "type" | "props" | "opts" | "getConfig">,
  now: Date,
): JudgedResource {
  const plain = known(props) as JudgedResource["props"];
  return { name, type, props: plain, isProtected: opts.protect, settings: getConfig<object>(), now };
}
