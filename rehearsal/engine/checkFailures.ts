import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { parsePath, valueAt } from "./paths";
import { type CheckFailure, InvalidInputs, PartialFailure, type Properties } from "./provider";
import type { ResourceState } from "./state";
import { nameOf } from "./urns";
import { isData, isSecret } from "./values";

/** A value as the real engine's messages print it. */
function printed(value: unknown): string {
  if (value === undefined || value === null) return "{<nil>}";
  if (isSecret(value)) return "{[secret]}";
  if (Array.isArray(value)) return `{[${value.map(printed).join(" ")}]}`;
  if (isData(value))
    return `{map[${Object.keys(value)
      .sort()
      .map((key) => `${key}:${printed(value[key])}`)
      .join(" ")}]}`;
  return `{${String(value)}}`;
}

/** What a provider refuses, in the words of the real engine. */
export function failureMessage({ urn, type, inputs }: ResourceState, { property, reason }: CheckFailure): string {
  const what = `${type} resource '${nameOf(urn)}'`;
  const value = printed(inputs[property]);
  const where = property === "" ? " has a problem" : `: property ${property} value ${value} has a problem`;
  return `${what}${where}: ${reason}`;
}

/** Why what a program says it imports may not be replaced, in the words of the real engine. */
export function importedMessage(old: ResourceState, fresh: ResourceState, replaces: readonly string[]): string {
  const changes = replaces.map((key) => `${key}: ${printed(old.inputs[key])} => ${printed(fresh.inputs[key])}`);
  return [
    "previously-imported resources that still specify an ID may not be replaced; please remove the `import` declaration from your program;",
    ...(changes.length > 0 ? changes : [""]),
  ].join("\n");
}

/** Why a component was not made or a method not called, in the words of the real engine. Inputs without outputs among them. */
export function problemMessage(error: Error, inputs: Properties): string {
  if (!(error instanceof InvalidInputs)) return error.message;
  const lines = error.problems.map(({ property, reason }) => {
    const value = valueAt(inputs, parsePath(property) ?? [property]);
    const shown = value === undefined ? "" : ` with value '${printed(value)}'`;
    return `\n\t\t- property ${property}${shown} has a problem: ${reason}`;
  });
  return error.message + lines.join("");
}

/** What a provider refuses, as the protocol has it. */
export function failuresList(failures: readonly CheckFailure[]): rpc.CheckFailure[] {
  return failures.map(({ property, reason }) => {
    const message = new rpc.CheckFailure();
    message.setProperty(property);
    message.setReason(reason);
    return message;
  });
}

/** The same of an answer, in our own form. */
export function failuresOf(answer: { getFailuresList(): rpc.CheckFailure[] }): CheckFailure[] {
  return answer.getFailuresList().map((failure) => ({ property: failure.getProperty(), reason: failure.getReason() }));
}

/** What went wrong with a step, in the words of the real engine: all reasons of a failure that left something behind. */
export function stepMessage(error: Error, preview: boolean): string {
  const reasons = error instanceof PartialFailure ? listed(error.reasons) : error.message;
  return preview ? `Preview failed: ${reasons}` : reasons;
}

function listed(reasons: string[]): string {
  const count = reasons.length === 1 ? "1 error" : `${reasons.length} errors`;
  return `${count} occurred:\n${reasons.map((reason) => `\t* ${reason}`).join("\n")}`;
}
