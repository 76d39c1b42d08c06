import { JSONPath } from "jsonpath-plus";
import { isObject } from "../../../clouds/wire";
import { annotation, type KubeObject, listAt, numberAt, textAt } from "../objects";
import type { Judgement, Rule } from "./rule";

/** What the annotation `pulumi.com/waitFor` asks for: one expression, or several as a JSON list, of which all must hold. */
export function customRule(object: KubeObject): Rule | undefined {
  const asked = annotation(object, "waitFor");
  if (asked === "") return undefined;
  const tests = expressions(asked).map(parse);
  if (tests.length === 0) throw new Error("at least one condition must be specified");
  return {
    watches: [],
    isAskedOnRead: false,
    judge({ live }) {
      const judged = tests.map((test) => test(live));
      return { isReady: judged.every(({ isReady }) => isReady), problems: judged.flatMap(({ problems }) => problems) };
    },
  };
}

function expressions(text: string): string[] {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.map(String) : [text];
  } catch {
    return [text];
  }
}

function parse(expression: string): (live: KubeObject) => Judgement {
  if (expression.startsWith("condition=")) return byCondition(expression.slice("condition=".length));
  if (expression.startsWith("jsonpath=")) return byPath(expression.slice("jsonpath=".length));
  throw new Error(`expected a "jsonpath=" or "condition=" prefix, got ${JSON.stringify(expression)}`);
}

/** `Ready`, or `Ready=False`; whatever the case of the letters, as kubectl has it. */
function byCondition(text: string): (live: KubeObject) => Judgement {
  const [type = "", status = "True"] = text.split(/=(.*)/s);
  const same = (left: string, right: string) => left.toLowerCase() === right.toLowerCase();
  return (live) => {
    const found = listAt(live, "status", "conditions").find((each) => same(textAt(each, "type"), type));
    const isStale =
      (numberAt(found, "observedGeneration") ??
        numberAt(live, "status", "observedGeneration") ??
        Number.POSITIVE_INFINITY) < (numberAt(live, "metadata", "generation") ?? 0);
    const isReady = found !== undefined && !isStale && same(textAt(found, "status"), status);
    const now = found === undefined ? "is not there" : isStale ? "is out of date" : `is ${textAt(found, "status")}`;
    return { isReady, problems: isReady ? [] : [`condition ${type}=${status} is waited for, and ${now}`] };
  };
}

/** `{.status.phase}` for any value, or `{.status.phase}=Running`. */
function byPath(text: string): (live: KubeObject) => Judgement {
  const match = /^\{\s*(.*?)\s*\}(?:=(.+))?$/s.exec(text);
  if (match === null) throw new Error(`format should be {.path}=value or {.path}, got ${JSON.stringify(text)}`);
  const [, inner = "", wanted] = match;
  const path = inner.startsWith("$") ? inner : `$${inner}`;
  const find = (json: KubeObject): unknown[] => JSONPath({ path, json, eval: "safe", wrap: true }) ?? [];
  return (live) => {
    const isStale =
      (numberAt(live, "status", "observedGeneration") ?? Number.POSITIVE_INFINITY) <
      (numberAt(live, "metadata", "generation") ?? 0);
    const [value] = find(live);
    if (wanted !== undefined && (isObject(value) || Array.isArray(value))) {
      throw new Error(`"${inner}" has a non-primitive value`);
    }
    const isReady = !isStale && value !== undefined && (wanted === undefined || String(value) === wanted);
    const now = value === undefined ? "selected nothing" : `found ${JSON.stringify(value)}`;
    return { isReady, problems: isReady ? [] : [`{${inner}}${wanted === undefined ? "" : `=${wanted}`}: ${now}`] };
  };
}
