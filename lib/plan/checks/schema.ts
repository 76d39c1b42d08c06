import { z } from "zod";
import type { FleetSpec } from "../spec";
import { amount, anyText, day, list, oneNumber, strict, whole, word } from "./leaves";
import { demandSchema } from "./schemaDemand";
import { siteSchema, tagsSchema } from "./schemaSites";

/** The structure of a spec. What needs more than one value to judge is in the other files of this folder. */
export const fleetSchema = strict({
  sites: list(siteSchema, "sites"),
  demand: demandSchema,
  tolerate: z.exactOptional(whole(1, 255, " (fault domains lost at once)")),
  faultDomain: z.exactOptional(word(["provider", "region", "zone"])),
  headroom: z.exactOptional(amount(0, 10, " (a fraction: 0.2 asks for 20 % more)")),
  retired: z.exactOptional(list(whole(1, 511), "numbers of sites")),
  addresses: z.exactOptional(
    strict({
      pool: z.exactOptional(anyText(64, `a private CIDR such as "10.0.0.0/8"`)),
      blockPrefix: z.exactOptional(whole(12, 20, " (prefix length of a site's block)")),
      reserved: z.exactOptional(list(anyText(64, `a CIDR such as "10.200.0.0/16"`), "CIDRs")),
      maximumSites: z.exactOptional(oneNumber([255, 511])),
    }),
  ),
  degradedUntil: z.exactOptional(day),
  tags: z.exactOptional(tagsSchema),
});

/** True when each type is assignable to the other. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;

/** With every property required: an optional property that one of two types lacks would pass for the same otherwise. */
type Full<T> = T extends readonly (infer E)[] ? Full<E>[] : T extends object ? { [K in keyof T]-?: Full<T[K]> } : T;

type Read = z.infer<typeof fleetSchema>;

/** The schema and the documented interfaces say the same, or this file does not compile. */
export const SCHEMA_IS_SPEC: Same<Read, FleetSpec> & Same<Full<Read>, Full<FleetSpec>> = true;
