import type { InvokeRequest, InvokeResult, Properties } from "../engine/provider";
import type { Kind } from "./life";
import type { Account, Cloud } from "./model";
import { outputsOf } from "./outputs";
import { checkShape } from "./sdk/checkValue";
import { hex } from "./sdk/madeUp";
import type { FunctionSchema, SdkPackage } from "./sdk/package";
import { own, plain, redactor, same } from "./wire";
import type { Thing, World } from "./world";

/** What a function may look at. */
export interface Calling {
  sdk: SdkPackage;
  cloud: Cloud;
  world: World;
  account: Account;
  kind(type: string): Kind;
}

/**
 * Answers a function: by its own meaning if it has one; as the look-up of a thing that the rehearsal made; else with values
 * of the right shape, as a cloud would that holds what the program asks for.
 */
export function callFunction(request: InvokeRequest, calling: Calling): InvokeResult {
  const { sdk, cloud, world, account } = calling;
  const schema = sdk.function(request.token);
  const meaning = cloud.function(request.token);
  if (schema === undefined && meaning === undefined) {
    return fail("", `@pulumi/${sdk.name} ${sdk.version} has no function ${request.token}, or it cannot be rehearsed`);
  }
  const failures = schema === undefined ? [] : checkShape(request.args, schema.inputs, sdk.declarations);
  if (failures.length > 0) return { result: {}, failures };
  const args = plain(request.args) as Properties;
  const region = cloud.region(args, account);
  const whole = cloud.isOneScope === true ? cloud.title : `${cloud.title}/${account.owner ?? "?"}`;
  const scope = cloud.isOneScope === true || region === undefined ? whole : `${whole}/${region}`;
  try {
    if (meaning !== undefined) return { result: meaning(args, { account, world, scope }), failures: [] };
  } catch (error) {
    return fail("", redactor(request.args)((error as Error).message));
  }
  const thing = lookUp(request.token, args, scope, calling);
  return { result: answer(request.args, schema!, thing, scope, calling), failures: [] };
}

/** `aws:ec2/getVpc:getVpc` looks for `aws:ec2/vpc:Vpc`: the one thing whose properties say what the arguments say. */
function lookUp(token: string, args: Properties, scope: string, { sdk, world, kind }: Calling): Thing | undefined {
  const type = token.replace(
    /([/:])get([A-Z])/g,
    (_, before: string, letter: string) => before + (before === "/" ? letter.toLowerCase() : letter),
  );
  if (type === token || sdk.resource(type) === undefined || kind(type).model === undefined) return undefined;
  const asked = Object.entries(args).filter(([, value]) => typeof value === "string");
  if (asked.length === 0) return undefined;
  for (const place of new Set([scope, scope.split("/").slice(0, 2).join("/")])) {
    for (const thing of world.all(type, place)) {
      const facts: Properties = { ...thing.inputs, ...thing.outputs, id: thing.id };
      if (asked.every(([name, value]) => same(own(facts, name), value))) return thing;
    }
  }
  return undefined;
}

function answer(
  args: Properties,
  schema: FunctionSchema,
  thing: Thing | undefined,
  scope: string,
  { sdk, cloud, account }: Calling,
): Properties {
  const seed = JSON.stringify([scope, plain(args)]);
  const name = String(own(args, "name") ?? "found");
  const subject = {
    urn: "",
    type: schema.token,
    name,
    inputs: plain(args) as Properties,
    account,
    region: cloud.region(args, account),
  };
  const outputs = { ...schema, secretOutputs: new Set<string>() };
  const given = thing === undefined ? {} : { ...thing.inputs, ...thing.outputs };
  const id = thing?.id ?? `${name}-${hex(8, seed)}`;
  const text = cloud.text({ ...subject, id });
  const result = outputsOf(args, { sdk, schema: outputs, preview: false, seed, fills: true, text, given });
  return schema.outputs.has("id") ? { id: own(args, "id") ?? id, ...result } : result;
}

function fail(property: string, reason: string): InvokeResult {
  return { result: {}, failures: [{ property, reason }] };
}
