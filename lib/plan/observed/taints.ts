import type { TaintSpec } from "../spec";
import type { Reader } from "./read";

const EFFECTS: Readonly<Record<string, TaintSpec["effect"]>> = {
  NO_SCHEDULE: "NoSchedule",
  NO_EXECUTE: "NoExecute",
  PREFER_NO_SCHEDULE: "PreferNoSchedule",
};

/** Taints as AWS and Google spell them. One that cannot be read is remembered as unknown: it may close the pool. */
export function taintsOf(r: Reader, ...path: readonly string[]): TaintSpec[] {
  return r.members(...path).flatMap((taint): TaintSpec[] => {
    const key = taint.text("key");
    const effect = EFFECTS[taint.text("effect") ?? ""];
    if (key === undefined || effect === undefined) {
      taint.missing(key === undefined ? "key" : "effect");
      return [];
    }
    const value = taint.text("value");
    return [value === undefined ? { key, effect } : { key, value, effect }];
  });
}

/** A taint as kubectl and Azure write it: `key=value:Effect`. What is malformed keeps pods out. */
export function taintOfText(text: string): TaintSpec {
  const [, key = text, value, effect] = /^([^=:]+)(?:=([^:]*))?:(\w+)$/.exec(text) ?? [];
  const known = effect === "NoExecute" || effect === "PreferNoSchedule" ? effect : "NoSchedule";
  return value === undefined ? { key, effect: known } : { key, value, effect: known };
}
