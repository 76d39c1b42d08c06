import type { FleetSpec } from "../spec";
import { amount, anyText, day, list, oneNumber, optional, strict, type TypeOf, whole, word } from "./leaves";
import { demandSchema } from "./schemaDemand";
import { meshSchema } from "./schemaMesh";
import { siteSchema, tagsSchema } from "./schemaSites";
import { trafficSchema } from "./schemaTraffic";
import { trustSchema } from "./schemaTrust";
import { underlaySchema } from "./schemaUnderlay";

/** The structure of a spec. What needs more than one value to judge is in the other files of this folder. */
export const fleetSchema = strict({
  sites: list(siteSchema, "sites"),
  demand: demandSchema,
  tolerate: optional(whole(1, 255, " (fault domains lost at once)")),
  faultDomain: optional(word(["provider", "region", "zone"])),
  headroom: optional(amount(0, 10, " (a fraction: 0.2 asks for 20 % more)")),
  retired: optional(list(whole(1, 511), "numbers of sites")),
  addresses: optional(
    strict({
      pool: optional(anyText(64, `a private CIDR such as "10.0.0.0/8"`)),
      blockPrefix: optional(whole(12, 20, " (prefix length of a site's block)")),
      reserved: optional(list(anyText(64, `a CIDR such as "10.200.0.0/16"`), "CIDRs")),
      maximumSites: optional(oneNumber([255, 511])),
    }),
  ),
  mesh: optional(meshSchema),
  degradedUntil: optional(day),
  traffic: optional(trafficSchema),
  trust: optional(trustSchema),
  tags: optional(tagsSchema),
  underlay: optional(underlaySchema),
});

/** True when each type is assignable to the other. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;

/** With every property required: an optional property that one of two types lacks would pass for the same otherwise. */
type Full<T> = T extends readonly (infer E)[] ? Full<E>[] : T extends object ? { [K in keyof T]-?: Full<T[K]> } : T;

type Read = TypeOf<typeof fleetSchema>;

/** The schema and the documented interfaces say the same, or this file does not compile. */
export const SCHEMA_IS_SPEC: Same<Read, FleetSpec> & Same<Full<Read>, Full<FleetSpec>> = true;
