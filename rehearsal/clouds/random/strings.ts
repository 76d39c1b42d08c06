import type { CheckFailure, Properties } from "../../engine/provider";
import type { Model, Subject } from "../model";
import { at, text } from "../wire";
import { type Draw, draws, pick, shuffled } from "./draws";
import { wholeNumber } from "./rules";

/** The kinds of characters with their alphabets. Source: terraform-provider-random internal/random/string.go. */
const ALPHABETS = {
  Upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  Lower: "abcdefghijklmnopqrstuvwxyz",
  Numeric: "0123456789",
  Special: "!@#$%&*()-_=+[]{}<>:?",
};

interface Characters {
  alphabet: readonly string[];
  /** How many of these there are at least, also where they are not wanted otherwise. */
  least: number;
  isWanted: boolean;
}

function charactersOf(inputs: Properties): Characters[] {
  return Object.entries(ALPHABETS).map(([kind, letters]) => ({
    alphabet: [...((kind === "Special" && text(inputs, "overrideSpecial")) || letters)],
    least: Number(at(inputs, `min${kind}`) ?? 0),
    isWanted: isWanted(inputs, kind.toLowerCase()),
  }));
}

/** What is not said is wanted. `number` is the old name of `numeric`. */
function isWanted(inputs: Properties, kind: string): boolean {
  return (at(inputs, kind) ?? (kind === "numeric" ? at(inputs, "number") : undefined)) !== false;
}

/** A text of the length and the characters that the inputs ask for. */
function madeText(inputs: Properties, draw: Draw): string {
  const kinds = charactersOf(inputs);
  const least = kinds.flatMap(({ alphabet, least }) => Array.from({ length: least }, () => pick(alphabet, draw)));
  const all = kinds.flatMap(({ alphabet, isWanted }) => (isWanted ? alphabet : []));
  const rest = Array.from({ length: Number(at(inputs, "length")) - least.length }, () => pick(all, draw));
  return shuffled([...least, ...rest], draw).join("");
}

function longEnough({ inputs }: Subject): CheckFailure | undefined {
  const length = at(inputs, "length");
  const least = charactersOf(inputs).reduce((sum, kind) => sum + kind.least, 0);
  if (typeof length !== "number" || length >= least) return undefined;
  const reason = `must be at least ${least}, the sum of minUpper, minLower, minNumeric and minSpecial; got ${length}`;
  return { property: "length", reason };
}

function hasCharacters({ inputs }: Subject): CheckFailure | undefined {
  if (charactersOf(inputs).some((kind) => kind.isWanted)) return undefined;
  return { property: "special", reason: "must be true, or one of upper, lower and numeric: all of them are false" };
}

const TEXT = {
  scope: "account",
  immutable: ["*"],
  handles: [],
  values: {
    length: wholeNumber(1),
    ...Object.fromEntries(Object.keys(ALPHABETS).map((kind) => [`min${kind}`, wholeNumber(0)])),
  },
  rules: [longEnough, hasCharacters],
} satisfies Model;

/** What the provider says of the inputs that were not given. */
function defaults(inputs: Properties): Properties {
  const numeric = isWanted(inputs, "numeric");
  const none = Object.fromEntries(Object.keys(ALPHABETS).map((kind) => [`min${kind}`, 0]));
  return { ...none, upper: true, lower: true, special: true, numeric, number: numeric };
}

/** Its id is the text. */
export const STRING: Model = {
  ...TEXT,
  id: (it) => madeText(it.inputs, draws(it)),
  outputs: ({ id, inputs }) => ({ ...defaults(inputs), result: id }),
};

const BCRYPT = [..."./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"];

/** The real ones have one id, `none`; here each has its own. The hash has the form of one only. */
export const PASSWORD: Model = {
  ...TEXT,
  outputs: (it) => {
    const draw = draws(it);
    const result = madeText(it.inputs, draw);
    const bcryptHash = `$2a$10$${Array.from({ length: 53 }, () => pick(BCRYPT, draw)).join("")}`;
    return { ...defaults(it.inputs), result, bcryptHash };
  },
};
