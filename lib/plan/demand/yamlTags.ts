import type { ScalarTag, Tags } from "yaml";

/**
 * Scalars as kubectl reads them: go-yaml's own mixture of YAML 1.1 and 1.2 (its `resolve.go`). `on`, `off`, `yes` and
 * `no` are booleans and `0777` is octal, as in 1.1; there are no numbers of base 60, so that `12:30` is a text.
 */
export function kubectlTags(tags: Tags): Tags {
  const kept = tags.filter((tag) => typeof tag === "string" || !REPLACED.has(tag.tag));
  return [...kept, integer, float];
}

const REPLACED: ReadonlySet<string> = new Set([
  "tag:yaml.org,2002:int",
  "tag:yaml.org,2002:float",
  "tag:yaml.org,2002:binary",
  "tag:yaml.org,2002:timestamp",
  "tag:yaml.org,2002:omap",
  "tag:yaml.org,2002:pairs",
  "tag:yaml.org,2002:set",
]);

/** Integers beyond 2^53 stay exact, as a quantity may be written so. */
const integer: ScalarTag = {
  tag: "tag:yaml.org,2002:int",
  default: true,
  test: /^[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|0|[1-9][0-9_]*)$/,
  resolve(text) {
    const digits = text.replace(/^[-+]|_/g, "").replace(/^0o?(?=[0-7]+$)/, "0o");
    const value = digits === "0o" ? 0n : BigInt(digits);
    const signed = text.startsWith("-") ? -value : value;
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  },
};

const float: ScalarTag = {
  tag: "tag:yaml.org,2002:float",
  default: true,
  test: /^[-+]?(?:(?:\.[0-9_]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?|\.(?:inf|Inf|INF))$|^\.(?:nan|NaN|NAN)$/,
  resolve(text) {
    if (/nan$/i.test(text)) return Number.NaN;
    if (/inf$/i.test(text)) return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    return Number(text.replace(/_/g, ""));
  },
};
