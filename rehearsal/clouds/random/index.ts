import { genericCloud } from "../generic";
import type { Cloud, Model } from "../model";
import { at, show, text } from "../wire";

const MODELS: { readonly [type: string]: Model } = {
  // Its id is its bytes. Source: terraform-provider-random 3, resource random_id.
  "random:index/randomId:RandomId": {
    id: ({ inputs, hex }) => Buffer.from(hex(2 * Number(at(inputs, "byteLength"))), "hex").toString("base64url"),
    scope: "account",
    immutable: ["*"],
    handles: [],
    values: {
      byteLength: (value) =>
        Number.isInteger(value) && Number(value) >= 1
          ? undefined
          : `must be a whole number of bytes, 1 or more; got ${show(value)}`,
    },
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
  },
};

/**
 * `@pulumi/random`, which is no cloud: what it makes up lives in the state only. Here it depends on the rehearsal's seed, so
 * that equal rehearsals make up equal ids. None is made up twice by one process; of what is no longer in the state the next one
 * knows nothing.
 */
export const random: Cloud = {
  ...genericCloud("random"),
  model: (type) => (Object.hasOwn(MODELS, type) ? MODELS[type] : undefined),
};
