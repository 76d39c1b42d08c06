import type { FleetSpec } from "../spec";
import { NODE_IMAGE } from "../versions";

/** A small program in each site that withdraws peers which vanish, and takes them back. */
export interface WithdrawerSpec {
  /**
   * Image with `node` 20 or later, in which the program runs: of a registry of your own where sites reach no other, best
   * by its digest. @default "docker.io/library/node" at the version of `plan/versions`
   */
  image?: string;
}

/** The withdrawer of every site, with its defaults resolved. */
export interface WithdrawerPlan {
  readonly image: string;
  /** Peers that a site may withdraw at once: the losses that the fleet tolerates. */
  readonly atMost: number;
}

/** The withdrawer that a spec asks for, or undefined when it asks for none. */
export function withdrawerPlan({ mesh, tolerate = 1 }: FleetSpec): WithdrawerPlan | undefined {
  if (mesh?.withdrawer === undefined) return undefined;
  return { image: mesh.withdrawer.image ?? NODE_IMAGE.image, atMost: tolerate };
}
