import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { childrenOf, type Graph } from "./graph";

/**
 * Compares what a graph has below one component with the record of it in `test/golden`, resource by resource. `UPDATE_GOLDEN=1` records it anew: read
 * the difference before committing it. A golden never stands alone: assertions beside it say what matters and why.
 */
export function assertGolden(graph: Graph, component: string, name: string): void {
  const file = join(__dirname, "..", "golden", `${name}.json`);
  const actual = readable(graph, component);
  if (process.env.UPDATE_GOLDEN === "1") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(actual, null, 2)}\n`);
  }
  const recorded = JSON.parse(readFileSync(file, "utf8"));
  assert.deepEqual(Object.keys(actual), Object.keys(recorded), "the resources");
  for (const [key, resource] of Object.entries(actual)) assert.deepEqual(resource, recorded[key], key);
}

/** The children of a component by type and name, URNs shortened to the same, and nothing that is empty. */
function readable(graph: Graph, component: string): Record<string, unknown> {
  const short = new Map(graph.resources.map(({ urn, type, name }) => [urn, `${type} ${name}`]));
  const entries = childrenOf(graph, component).map((resource) => {
    const { urn, type: _type, name: _name, custom: _custom, parent: _parent, ...rest } = resource;
    const shortened = Object.entries(rest).map(([field, value]) => [field, shorten(value, short)]);
    return [short.get(urn)!, Object.fromEntries(shortened.filter(([, value]) => !isEmpty(value)))] as const;
  });
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.parse(JSON.stringify(Object.fromEntries(sorted)));
}

function shorten(value: unknown, short: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") return short.get(value) ?? value;
  // Dependencies are a set.
  if (Array.isArray(value)) return value.map((one) => shorten(one, short)).sort();
  return value;
}

function isEmpty(value: unknown): boolean {
  return value === "" || value === false || (Array.isArray(value) && value.length === 0);
}
