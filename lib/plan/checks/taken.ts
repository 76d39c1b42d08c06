import { type BlockPool, blockOfNumber, blockPool } from "../addresses";
import { type Cidr, readCidr } from "../cidr";
import type { FleetSpec } from "../spec";
import { readableRanges } from "./ranges";
import type { DraftSite } from "./sites";
import type { Draft } from "./structure";

/** A range, and the site that has it. */
export interface TakenRange {
  readonly cidr: Cidr;
  readonly of: DraftSite;
}

/** Where blocks come from; undefined for a pool that cannot be read, which is reported where it is given. */
export function poolOf({ addresses }: Draft<FleetSpec>): BlockPool | undefined {
  const { pool, blockPrefix } = addresses ?? {};
  const read = pool === undefined ? undefined : readCidr(pool);
  if (read !== undefined && "fault" in read) return undefined;
  return blockPool({ ...(pool !== undefined && { pool }), ...(blockPrefix !== undefined && { blockPrefix }) });
}

/** What the sites have, as far as it can be read: blocks, and of clusters that exist all that they declare. */
export function takenBySites(spec: Draft<FleetSpec>, sites: readonly DraftSite[]): TakenRange[] {
  const from = poolOf(spec);
  return sites.flatMap((of) => {
    const { site } = of;
    if (site.kind === "existing") {
      const { nodes = [], pods = [], services = [] } = site.cidrs ?? {};
      return readableRanges([...nodes, ...pods, ...services]).map((cidr) => ({ cidr, of }));
    }
    if (site.block !== undefined) return readableRanges([site.block]).map((cidr) => ({ cidr, of }));
    const block = from === undefined || site.number === undefined ? undefined : blockOfNumber(site.number, from);
    return block === undefined ? [] : [{ cidr: block, of }];
  });
}
