import type { CheckFailure } from "../../engine/provider";
import type { Model, Subject } from "../model";
import { anyCidr, between, oneOf } from "../rules";
import { select } from "../wire";
import { arn, ec2Id, PREFIX_LIST } from "./arns";

/** Lists of ranges. Sources: the EC2 API reference, and `ForceNew` in terraform-provider-aws 6. */
export const prefixListModels: { readonly [type: string]: Model } = {
  [PREFIX_LIST]: {
    id: ec2Id("pl"),
    name: { property: "name" },
    // AWS takes one name for several lists.
    unique: [],
    immutable: ["addressFamily"],
    values: { addressFamily: oneOf("IPv4", "IPv6"), maxEntries: between(1, 1000), "entries[*].cidr": anyCidr },
    rules: [entriesFit],
    counters: ["version"],
    outputs: (it) => ({
      arn: arn(it, "ec2", `prefix-list/${it.id}`),
      ownerId: it.account.owner,
      version: 1,
    }),
  },
};

function entriesFit({ inputs }: Subject): CheckFailure | undefined {
  const ranges = select(inputs, "entries[*].cidr").map(({ value }) => value);
  const most = inputs.maxEntries;
  if (typeof most === "number" && ranges.length > most)
    return { property: "entries", reason: `must be at most maxEntries, ${most}; got ${ranges.length}` };
  const repeated = ranges.find((range, index) => ranges.indexOf(range) < index);
  return repeated === undefined
    ? undefined
    : { property: "entries", reason: `must not name a range twice; got ${String(repeated)}` };
}
