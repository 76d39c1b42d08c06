import type { Properties } from "../../engine/provider";
import { genericCloud } from "../generic";
import type { Cloud, Making, Model } from "../model";
import { ascending } from "../rules";
import { guid } from "../sdk/madeUp";
import { at, text } from "../wire";
import { type Drawing, seededDraws, shuffled } from "./draws";
import { PET } from "./pets";
import { wholeNumber } from "./rules";
import { PASSWORD, STRING } from "./strings";

const MADE_ONCE = { scope: "account", immutable: ["*"], handles: [] } satisfies Model;

/** Its id is its bytes. Source: terraform-provider-random 3, resource random_id. */
const ID: Model = {
  ...MADE_ONCE,
  id: ({ inputs, hex }) => Buffer.from(hex(2 * Number(at(inputs, "byteLength"))), "hex").toString("base64url"),
  values: { byteLength: wholeNumber(1, "bytes") },
  outputs: ({ id, inputs }) => {
    const bytes = Buffer.from(id, "base64url");
    const forms = {
      b64Std: bytes.toString("base64"),
      b64Url: id,
      hex: bytes.toString("hex"),
      dec: BigInt(`0x${bytes.toString("hex")}`).toString(),
    };
    const prefix = text(inputs, "prefix") ?? "";
    return Object.fromEntries(Object.entries(forms).map(([name, value]) => [name, prefix + value]));
  },
};

/** Its id is its bytes in base64. */
const BYTES: Model = {
  ...MADE_ONCE,
  id: ({ inputs, hex }) => Buffer.from(hex(2 * Number(at(inputs, "length"))), "hex").toString("base64"),
  values: { length: wholeNumber(1, "bytes") },
  outputs: ({ id }) => ({ base64: id, hex: Buffer.from(id, "base64").toString("hex") }),
};

/** The time in those of version 7, in milliseconds. */
const MADE_AT = Date.UTC(2026, 0, 1).toString(16).padStart(12, "0");

/** Its id is the UUID. */
function uuid(version: 4 | 7): Model {
  return {
    ...MADE_ONCE,
    id: ({ hex }) => {
      const random = guid(hex(32));
      return version === 4 ? random : `${MADE_AT.slice(0, 8)}-${MADE_AT.slice(8)}-7${random.slice(15)}`;
    },
    outputs: ({ id }) => ({ result: id }),
  };
}

/** Its id is the number. */
const INTEGER: Model = {
  ...MADE_ONCE,
  id: (it: Drawing) => {
    const [min, max] = [Number(at(it.inputs, "min")), Number(at(it.inputs, "max"))];
    return String(min + seededDraws(it)(max - min + 1));
  },
  values: { min: wholeNumber(), max: wholeNumber() },
  rules: [ascending("min", "max")],
  outputs: ({ id }) => ({ result: Number(id) }),
};

/** One permutation after the other until there are as many as are asked for. The real ones have one id, `-`. */
const SHUFFLE: Model = {
  ...MADE_ONCE,
  values: { resultCount: wholeNumber(0) },
  outputs: (it: Making): Properties => {
    const inputs = at(it.inputs, "inputs") as readonly unknown[];
    const count = Number(at(it.inputs, "resultCount") ?? 0) || inputs.length;
    const draw = seededDraws(it);
    const rounds = inputs.length === 0 ? 0 : Math.ceil(count / inputs.length);
    const results = Array.from({ length: rounds }, () => shuffled(inputs, draw)).flat();
    return { results: results.slice(0, count) };
  },
};

const MODELS: { readonly [type: string]: Model } = {
  "random:index/randomBytes:RandomBytes": BYTES,
  "random:index/randomId:RandomId": ID,
  "random:index/randomInteger:RandomInteger": INTEGER,
  "random:index/randomPassword:RandomPassword": PASSWORD,
  "random:index/randomPet:RandomPet": PET,
  "random:index/randomShuffle:RandomShuffle": SHUFFLE,
  "random:index/randomString:RandomString": STRING,
  "random:index/randomUuid:RandomUuid": uuid(4),
  "random:index/randomUuid4:RandomUuid4": uuid(4),
  "random:index/randomUuid7:RandomUuid7": uuid(7),
};

/**
 * `@pulumi/random`, which is no cloud: what it makes up lives in the state only. Here it depends on the rehearsal's seed, so
 * that equal rehearsals make up equal ids. None is made up twice by one process, unless there are no others; of what is no
 * longer in the state the next one knows nothing.
 */
export const random: Cloud = {
  ...genericCloud("random"),
  model: (type) => (Object.hasOwn(MODELS, type) ? MODELS[type] : undefined),
};
