/** Major, minor, patch. */
type Version = readonly [number, number, number];

interface Bound {
  operator: string;
  version: Version;
  /** A pre-release comes before the version that it leads to. */
  isPreRelease: boolean;
}

/** Ranges of CLI versions, of which one must hold: each is bounds that hold together. */
export type VersionRange = readonly (readonly Bound[])[];

/** What a rehearsal does is what this CLI does: the one that test/rehearsal/engine was recorded from. */
const REPRODUCED: Version = [3, 259, 0];

const token = /^(==?|!=?|[<>]=?|)(\d+)(?:\.(\d+|x))?(?:\.(\d+|x))?(-[\w.-]+)?(?:\+[\w.-]+)?$/;

const compare = (left: Version, right: Version): number =>
  left[0] - right[0] || left[1] - right[1] || left[2] - right[2];

/** The bounds that one word of a range stands for: with `x` for a part, two for the operators that have two ends. */
function boundsOf(word: string): readonly Bound[] | undefined {
  const [, operator = "", major, minor, patch, preRelease] = token.exec(word) ?? [];
  const isPreRelease = preRelease !== undefined;
  if (minor === undefined) return undefined;
  const from: Version = [Number(major), minor === "x" ? 0 : Number(minor), patch === "x" ? 0 : Number(patch ?? 0)];
  const bound = (operator: string, version: Version): Bound => ({ operator, version, isPreRelease });
  if (minor !== "x" && patch !== "x") return patch === undefined ? undefined : [bound(operator, from)];
  const beyond: Version = minor === "x" ? [from[0] + 1, 0, 0] : [from[0], from[1] + 1, 0];
  if (operator === ">") return [bound(">=", beyond)];
  if (operator === "<=") return [bound("<", beyond)];
  if (operator === ">=" || operator === "<") return [bound(operator, from)];
  return operator.startsWith("!") ? undefined : [bound(">=", from), bound("<", beyond)];
}

/**
 * Reads a range as the real CLI does: `>=3.200.0 <4.0.0`, `!3.1.2`, `3.x`, and `||` between alternatives.
 * @returns undefined for what is none.
 */
export function parseVersionRange(text: string): VersionRange | undefined {
  const alternatives = text.split("||").map((part) => {
    const words = part
      .replaceAll(/([<>=!]) +/g, "$1")
      .split(" ")
      // As there, a word of one character is none: a comma between two bounds.
      .filter((word) => word.length > 1);
    const bounds = words.map(boundsOf);
    return bounds.length === 0 || bounds.includes(undefined) ? undefined : (bounds as (readonly Bound[])[]).flat();
  });
  return alternatives.includes(undefined) ? undefined : (alternatives as (readonly Bound[])[]);
}

function holds({ operator, version, isPreRelease }: Bound, given: Version): boolean {
  const order = compare(given, version) || (isPreRelease ? 1 : 0);
  if (operator.startsWith("!")) return order !== 0;
  if (operator.startsWith(">")) return operator === ">=" ? order >= 0 : order > 0;
  if (operator.startsWith("<")) return operator === "<=" ? order <= 0 : order < 0;
  return order === 0;
}

/** Whether no CLI of the reproduced major version is in a range: else whoever has the program run has one that is. */
function excludesAll(range: VersionRange): boolean {
  const minors = Array.from({ length: 1000 }, (_, minor): Version => [REPRODUCED[0], minor, 0]);
  const named = range.flat().map(({ version }) => version);
  const known = [...minors, ...named.filter(([major]) => major === REPRODUCED[0])];
  return !known.some((version) => range.some((bounds) => bounds.every((bound) => holds(bound, version))));
}

/** What is wrong with the versions of the CLI that a project or program asks for: nothing, where it asks for none. */
export function versionRangeProblem(text: string): string | undefined {
  if (text === "") return undefined;
  const range = parseVersionRange(text);
  if (range === undefined)
    return `parsing CLI version range ${JSON.stringify(text)}: give one such as ">=3.200.0 <4.0.0"`;
  if (!excludesAll(range)) return undefined;
  return `Pulumi CLI version ${REPRODUCED.join(".")} does not satisfy the version range ${JSON.stringify(text)}`;
}
