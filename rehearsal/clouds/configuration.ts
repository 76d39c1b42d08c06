import type { CheckFailure, CheckRequest, CheckResult, DiffRequest, DiffResult, Properties } from "../engine/provider";
import { diffResource } from "./diff";
import type { Account, Cloud } from "./model";
import { checkShape } from "./sdk/checkValue";
import type { SdkPackage } from "./sdk/package";
import type { Shape } from "./sdk/typeExpression";
import { own, plain, reveal } from "./wire";

/** Properties that the engine itself adds to a provider's. */
const ENGINE: Shape = new Map(
  ["version", "pluginDownloadURL", "pluginChecksums", "parameterization"].map((name) => [
    name,
    { type: { kind: "any" }, optional: true },
  ]),
);

/**
 * Checks a provider resource's own inputs. Provider inputs that are no texts travel as texts of JSON, and are judged as what
 * they say.
 */
export function checkProvider(request: CheckRequest, sdk: SdkPackage, cloud: Cloud): CheckResult {
  const shape = new Map([...ENGINE, ...sdk.provider()]);
  const failures: CheckFailure[] = [];
  const open: Properties = {};
  for (const [name, value] of Object.entries(request.news)) {
    const isText = shape.get(name)?.type.kind === "string";
    open[name] = isText ? value : fromJson(value);
  }
  failures.push(...checkShape(open, shape, sdk.declarations));
  failures.push(...(cloud.checkConfig?.(plain(open) as Properties) ?? []));
  return { inputs: request.news, failures };
}

/** A provider is replaced, with all that it made, only when it comes to talk to another account, region or cluster. */
export function diffProvider(request: DiffRequest, cloud: Cloud): DiffResult {
  const diff = diffResource(request, { model: undefined, immutable: [], autoname: undefined });
  const [before, after] = [plain(request.oldInputs) as Properties, plain(request.news) as Properties];
  const moves = cloud.replaces?.filter((name) => diff.diffs.includes(name)) ?? [];
  const isMove = cloud.moves?.(before, after) ?? isOtherOwner(cloud.account(before), cloud.account(after));
  return { ...diff, replaces: isMove ? moves : [] };
}

function isOtherOwner({ owner: before }: Account, { owner: after }: Account): boolean {
  return before !== undefined && after !== undefined && before !== after;
}

/** A provider input that may be written as JSON. */
export function fromJson(value: unknown): unknown {
  const open = reveal(value);
  if (typeof open !== "string" || open === "") return value;
  try {
    return JSON.parse(open);
  } catch {
    return value;
  }
}

/** A provider input that is a list or an object, however it is written. */
export function configured(config: Properties, name: string): unknown {
  return fromJson(own(config, name));
}
