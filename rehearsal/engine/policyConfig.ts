import { readFileSync } from "node:fs";
import { z } from "zod";
import { nearest } from "../../lib/plan/nearest";
import { UserError } from "../userError";
import { isData } from "./values";

/** How a violated policy counts. */
export type EnforcementLevel = "advisory" | "mandatory" | "disabled" | "remediate";

/** In the order of the protocol's numbers. */
export const enforcementLevels: readonly EnforcementLevel[] = ["advisory", "mandatory", "disabled", "remediate"];

/** What the engine tells a policy: its level, and the values that `getConfig` gives. */
export interface PolicySettings {
  level: EnforcementLevel | undefined;
  properties: { [name: string]: unknown };
}

/** What a pack says about one of its policies. */
export interface PolicyDescription {
  name: string;
  level: EnforcementLevel;
  /** JSON schemas by property. */
  schema: { [name: string]: unknown };
  required: string[];
}

type Settings = Map<string, PolicySettings>;

const isLevel = (value: unknown): value is EnforcementLevel => enforcementLevels.includes(value as EnforcementLevel);

/** What a file says of policies, and what is wrong with the levels in it. */
export interface GivenSettings {
  readonly settings: Settings;
  readonly problems: readonly string[];
}

/**
 * Reads a `--policy-pack-config` file: `{ "<policy>": "<level>" | { enforcementLevel?, ...properties } }`.
 * @throws UserError for what is no such file.
 */
export function readPolicyConfig(file: string): GivenSettings {
  let content: unknown;
  try {
    const text = readFileSync(file, "utf8");
    content = text.trim() === "" ? {} : JSON.parse(text);
  } catch (error) {
    throw new UserError(`cannot read the policy configuration ${file}: ${(error as Error).message}`);
  }
  if (!isData(content)) throw new UserError(`the policy configuration ${file} must be a JSON object of policies`);
  const settings: Settings = new Map();
  const problems: string[] = [];
  for (const [policy, value] of Object.entries(content)) {
    const { enforcementLevel: level, ...properties } = isData(value) ? value : { enforcementLevel: value };
    const isKnown = level === undefined || isLevel(level);
    settings.set(policy, { level: isKnown ? level : undefined, properties });
    if (isKnown) continue;
    problems.push(
      `${policy}: the enforcement level is ${JSON.stringify(level)}; it must be one of ${enforcementLevels.join(", ")}`,
    );
  }
  return { settings, problems };
}

function apply(result: Settings, given: Settings): void {
  const all = given.get("all")?.level;
  if (all !== undefined) for (const settings of result.values()) settings.level = all;
  for (const [policy, { level, properties }] of given) {
    const settings = result.get(policy);
    if (settings === undefined) result.set(policy, { level, properties });
    else {
      settings.level = level ?? settings.level;
      Object.assign(settings.properties, properties);
    }
  }
}

/** Warnings of settings for policies that the pack does not have: they are taken, as the real engine takes them, and do nothing. */
export function unknownPolicies(pack: string, policies: readonly PolicyDescription[], given: Settings): string[] {
  const names = policies.map(({ name }) => name);
  return [...given.keys()]
    .filter((name) => name !== "all" && !names.includes(name))
    .map((name) => `warning: the policy pack ${pack} has no policy ${name}${didYouMean(name, names)}`);
}

function didYouMean(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  return near === undefined ? "" : `: did you mean ${near}?`;
}

/**
 * What every policy gets: the defaults of its schema, then what the pack's constructor was given, then the file.
 * @throws UserError naming all problems of the file, and every value that a policy's schema refuses; beside them, what it says
 * nothing of, since a name may be misspelt.
 */
export function reconcile(
  pack: string,
  policies: PolicyDescription[],
  initial: Settings,
  given: GivenSettings,
): Settings {
  const result: Settings = new Map();
  for (const { name, level, schema } of policies) {
    const properties: PolicySettings["properties"] = {};
    for (const [property, rule] of Object.entries(schema)) {
      if (isData(rule) && "default" in rule) properties[property] = structuredClone(rule.default);
    }
    result.set(name, { level, properties });
  }
  apply(result, initial);
  apply(result, given.settings);
  result.delete("all");
  const rulesOf = rulesOfSchemas();
  const refused = policies.flatMap((policy) => {
    const properties = result.get(policy.name)?.properties ?? {};
    const issues = rulesOf(policy)?.safeParse(properties).error?.issues ?? [];
    // The rules know nothing of a property that is required, and of which the schema says no more.
    const missing = policy.required.filter((name) => !(name in policy.schema) && !(name in properties));
    return [
      ...issues.map((issue) => `${policy.name}: ${issue.path.map(String).join(".")}: ${issue.message}`),
      ...missing.map((name) => `${policy.name}: ${name} is required`),
    ];
  });
  const problems = [...given.problems, ...refused];
  if (problems.length === 0) return result;
  const all = [...problems, ...policies.flatMap((policy) => unknownProperties(policy, given.settings))];
  throw new UserError(`the configuration of the policy pack ${pack} has problems:\n${all.join("\n")}`);
}

/** A policy may read what its schema says nothing of, so this alone is no reason to refuse it. */
function unknownProperties({ name, schema }: PolicyDescription, given: Settings): string[] {
  const known = Object.keys(schema);
  if (known.length === 0) return [];
  return Object.keys(given.get(name)?.properties ?? {})
    .filter((property) => !known.includes(property))
    .map((property) => `${name}: ${property} is not in the policy's schema${didYouMean(property, known)}`);
}

/** Turns a schema into rules once: the policies of one pack mostly share theirs. */
function rulesOfSchemas(): (policy: PolicyDescription) => z.ZodType | undefined {
  const known = new Map<string, z.ZodType>();
  return ({ schema: properties, required }) => {
    if (Object.keys(properties).length === 0 && required.length === 0) return undefined;
    const key = JSON.stringify([properties, required]);
    const rules =
      known.get(key) ??
      z.fromJSONSchema({ type: "object", properties, required } as Parameters<typeof z.fromJSONSchema>[0]);
    known.set(key, rules);
    return rules;
  };
}
