import { createHash } from "node:crypto";
import type { PoolPlan } from "../../plan/plan";

/** Azure's limit is 12 characters; four of them tell the makes of one pool apart. */
const KEPT = 8;
const HASHED = 4;

/**
 * The name of a pool in Azure: the beginning of its own, and a hash of what Azure lets nobody change in a pool. Another
 * machine type then is a pool of another name, which can be there before the old one goes; under one name the old nodes
 * would have to go first. Whoever changes what is hashed makes every pool anew.
 */
export function poolName(pool: PoolPlan): string {
  const { name, machineType, zones, maximumPods, diskGiB, spot } = pool;
  const fixed = JSON.stringify([name, machineType.toLowerCase(), [...zones].sort(), maximumPods, diskGiB, spot]);
  const bits = createHash("sha256").update(fixed).digest().readUInt32BE() >>> (32 - HASHED * 5);
  return `${name.slice(0, KEPT)}${bits.toString(32).padStart(HASHED, "0")}`;
}
