import { type Document, isAlias, isMap, isPair, isScalar, isSeq } from "yaml";

/** A place that must not be turned into plain data, and why. */
export interface AliasProblem {
  readonly offset: number;
  readonly message: string;
}

/** Nodes that a document may have once its aliases are expanded. An object of Kubernetes' largest size has fewer. */
const MOST_NODES = 2_000_000;

/**
 * Looks for what a reader of plain data must not meet: aliases that expand without end, aliases of nothing or of
 * themselves, and keys that are no scalars. Each anchor's size is computed once, so the look itself is linear in the
 * text however large its expansion is.
 */
export function aliasProblem(document: Document.Parsed): AliasProblem | undefined {
  const sizes = new Map<string, number>();
  let problem: AliasProblem | undefined;

  const report = (node: { range?: readonly number[] | null | undefined }, message: string): number => {
    problem ??= { offset: node.range?.[0] ?? 0, message };
    return 0;
  };

  const size = (node: unknown): number => {
    if (problem !== undefined) return 0;
    if (isAlias(node)) {
      const known = sizes.get(node.source);
      return known ?? report(node, `alias *${node.source} has no anchor &${node.source} that ends before it`);
    }
    if (!isMap(node) && !isSeq(node) && !isScalar(node)) return 1;
    if (node.anchor) sizes.delete(node.anchor);
    let total = 1;
    if (isMap(node) || isSeq(node)) for (const item of node.items) total += isPair(item) ? pair(item) : size(item);
    if (total > MOST_NODES) report(node, `expands to more than ${MOST_NODES} values by its aliases`);
    if (node.anchor) sizes.set(node.anchor, total);
    return total;
  };

  const pair = ({ key, value }: { key: unknown; value: unknown }): number => {
    if (isMap(key) || isSeq(key)) {
      const template = isMap(key) && key.flow ? `; "{{ }}" is a template, which has to be rendered first` : "";
      return report(key, `a key must be a text, not a ${isMap(key) ? "map" : "list"}${template}`);
    }
    return size(key) + size(value);
  };

  size(document.contents);
  return problem;
}
