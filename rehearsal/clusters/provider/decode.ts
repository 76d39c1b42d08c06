import { documentsOf } from "../../../lib/plan/demand/yamlDocuments";
import { isObject } from "../../clouds/wire";
import type { Properties } from "../../engine/provider";
import { type KubeObject, textAt } from "./objects";

/**
 * The objects of a stream of YAML documents, read as kubectl reads them, without those that are none.
 * @param source the stream's name in messages.
 * @throws Error with everything that cannot be read, each with its line.
 */
export function decode(text: string, source = "line"): KubeObject[] {
  const { objects, problems } = documentsOf(source, text);
  if (problems.length > 0) {
    throw new Error(
      `error converting YAML to JSON: ${problems.map(({ path, message }) => `${path} ${message}`).join("; ")}`,
    );
  }
  return objects
    .map(({ object }) => toJson(object))
    .filter((object): object is KubeObject => {
      return isObject(object) && textAt(object, "kind") !== "" && textAt(object, "apiVersion") !== "";
    });
}

/** As JSON has it: numbers are floating-point there, and no property is undefined. */
function toJson(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(toJson);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value as Properties).map(([name, inner]) => [name, toJson(inner)]));
}

/** The type token of an object. */
export function tokenOf({ apiVersion, kind }: KubeObject): string {
  return `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
}
