import type { CheckFailure, CheckRequest, CheckResult, Properties } from "../engine/provider";
import type { Account, Autoname, Cloud, Model, Subject } from "./model";
import { checkShape } from "./sdk/checkValue";
import { guid, hex } from "./sdk/madeUp";
import type { ResourceSchema, SdkPackage } from "./sdk/package";
import { isObject, isUnknown, own, plain, redactor, reveal, select } from "./wire";
import type { World } from "./world";

/** What a check needs to know beside the request. */
export interface Checking {
  cloud: Cloud;
  sdk: SdkPackage;
  schema: ResourceSchema;
  model: Model | undefined;
  account: Account;
  world: World;
}

/**
 * Names what the program left to the provider, fills in the provider's defaults, and finds everything that is wrong with
 * the inputs by themselves: properties by the SDK, values and their relations by the model.
 */
export function checkResource(
  request: CheckRequest,
  { cloud, sdk, schema, model, account, world }: Checking,
): CheckResult {
  const named = autoname(request, cloud.autoname(schema, model));
  const unfilled = subjectOf(request, named.inputs, cloud, account);
  const inputs = { ...cloud.defaults?.(unfilled, schema, world), ...model?.defaults?.(unfilled), ...named.inputs };
  const subject = subjectOf(request, inputs, cloud, account);
  const failures = [
    ...named.failures,
    ...checkShape(cloud.spelled?.(inputs) ?? inputs, withExtras(schema, cloud), sdk.declarations),
  ];
  if (model !== undefined) failures.push(...judge(model, subject));
  const redact = failures.length === 0 ? String : redactor(inputs);
  return { inputs, failures: unique(failures.map(({ property, reason }) => ({ property, reason: redact(reason) }))) };
}

/** The resource as rules see it. */
export function subjectOf(
  identity: { urn: string; type: string; name: string },
  inputs: Properties,
  cloud: Cloud,
  account: Account,
): Subject {
  const { urn, type, name } = identity;
  const open = plain(inputs) as Properties;
  return { urn, type, name, inputs: open, account, region: cloud.region(open, account) };
}

function judge(model: Model, subject: Subject): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const values = { ...model.values };
  if (model.name?.rule !== undefined) values[model.name.property] ??= model.name.rule;
  for (const [path, rule] of Object.entries(values)) {
    for (const { path: property, value } of select(subject.inputs, path)) {
      const reason = rule(value, subject);
      if (reason !== undefined) failures.push({ property, reason });
    }
  }
  for (const rule of model.rules ?? []) {
    const failure = rule(subject);
    if (failure !== undefined) failures.push(failure);
  }
  return failures;
}

/**
 * Gives the resource the name that the provider would make up: the old one if it has one, else one from the seed.
 * Source: the bridge's `NewUniqueName` (aws, gcp: 7 digits), azure-native's and kubernetes' own (8 digits).
 */
function autoname(request: CheckRequest, how: Autoname | undefined): CheckResult {
  const inputs = request.news;
  if (how === undefined) return { inputs, failures: [] };
  const { property, inside, separator, digits } = how;
  const holder = inside === undefined ? inputs : (reveal(own(inputs, inside)) ?? {});
  if (isUnknown(holder) || !isObject(holder)) return { inputs, failures: [] };
  if (
    (reveal(own(holder, property)) ?? undefined) !== undefined ||
    (own(holder, `${property}Prefix`) ?? undefined) !== undefined
  ) {
    return { inputs, failures: [] };
  }
  const before = reveal(
    own(inside === undefined ? request.olds : ((reveal(own(request.olds, inside)) as Properties) ?? {}), property),
  );
  if (how.style !== undefined) {
    const made = how.style === "copy" ? request.name : guid(request.randomSeed, request.urn);
    return { inputs: { ...inputs, [property]: typeof before === "string" ? before : made }, failures: [] };
  }
  const prefix = madePrefix(request.name, how);
  const room = how.maxLength - digits;
  if (prefix.length > room) {
    const reason = `cannot be made from "${request.name}": the name and ${digits} random characters are longer than ${how.maxLength}; give a name of at most ${room - separator.length} characters, or the property itself`;
    return { inputs, failures: [{ property: inside === undefined ? property : `${inside}.${property}`, reason }] };
  }
  const isOurs = typeof before === "string" && isMadeName(before, prefix, digits);
  const name = isOurs ? before : `${prefix}${hex(digits, request.randomSeed, request.urn)}`;
  if (inside === undefined) return { inputs: { ...inputs, [property]: name }, failures: [] };
  const marks = { ...((reveal(own(holder, "annotations")) as Properties) ?? {}), "pulumi.com/autonamed": "true" };
  return { inputs: { ...inputs, [inside]: { ...holder, [property]: name, annotations: marks } }, failures: [] };
}

/** What a made-up name begins with. */
export function madePrefix(logicalName: string, { prefix = "", separator, lowerCase }: Autoname): string {
  return `${prefix}${lowerCase === true ? logicalName.toLowerCase() : logicalName}${separator}`;
}

/** True for a name that {@link autoname} would make from this prefix. */
export function isMadeName(name: string, prefix: string, digits: number): boolean {
  return name.startsWith(prefix) && new RegExp(`^[0-9a-f]{${digits}}$`).test(name.slice(prefix.length));
}

function withExtras(schema: ResourceSchema, cloud: Cloud) {
  if (cloud.accepts === undefined) return schema.inputs;
  const extras = cloud
    .accepts(schema)
    .map((name) => [name, { type: { kind: "any" as const }, optional: true }] as const);
  return new Map([...extras, ...schema.inputs]);
}

function unique(failures: CheckFailure[]): CheckFailure[] {
  return [...new Map(failures.map((failure) => [`${failure.property}\n${failure.reason}`, failure])).values()];
}
