import { globalAnnotations, type ServiceSharing } from "./globalServices";
import { type MeshMember, type MeshPlan, peersOf } from "./meshPlan";
import type { MeshImplementation } from "./meshSpec";
import { type PeerObjects, peerObjects } from "./peers";
import { type MeshSeen, type MeshStatus, meshStatus } from "./status";

/**
 * How the fleet meets a mesh, and all it knows of one. Pure: what is declared follows from it, and what is judged too.
 * A mesh that is left out (`none`) keeps every promise of this interface, so that nobody else asks which one it is.
 */
export interface Mesh {
  readonly implementation: MeshImplementation;
  /** The sites that a site is linked to. */
  peers(plan: MeshPlan, site: string): readonly MeshMember[];
  /** The objects in a site by which it knows them; undefined where there are none to write. */
  objects(plan: MeshPlan, site: string): PeerObjects | undefined;
  /** The annotations that share a Service with the other sites. */
  export(sharing?: ServiceSharing): Readonly<Record<string, string>>;
  /** What is wrong with a site's links, by what was seen there. */
  status(plan: MeshPlan, site: string, seen: MeshSeen): MeshStatus;
  /** The mesh without a site: its peers drop it, nobody else changes. */
  leave(plan: MeshPlan, site: string): MeshPlan;
}

/** The mesh of a plan. */
export function meshOf({ implementation }: Pick<MeshPlan, "implementation">): Mesh {
  return MESHES[implementation];
}

function leave(plan: MeshPlan, site: string): MeshPlan {
  return { ...plan, members: plan.members.filter(({ name }) => name !== site) };
}

/** Cilium's ClusterMesh: every site follows every other, and there is no hub. */
const cilium: Mesh = {
  implementation: "cilium",
  peers: peersOf,
  objects: peerObjects,
  export: globalAnnotations,
  status: meshStatus,
  leave,
};

/** Sites that share trust, traffic, capacity and policy, and no network: each is its own. */
const none: Mesh = {
  implementation: "none",
  peers: () => [],
  objects: () => undefined,
  export: () => ({}),
  status: (_plan, site) => ({ site, isReady: true, peers: [], problems: [] }),
  leave,
};

const MESHES: Readonly<Record<MeshImplementation, Mesh>> = { cilium, none };
