import type { FleetSpec } from "../spec";

/** In which sites an update waits until the peers are followed: those that the library builds, all, or none. */
export type MeshGate = "built" | "all" | "none";

/**
 * Whether updates wait for the mesh. Without an underlay they do not by default: the links between the sites are then
 * somebody else's, who may lay them once the sites are there.
 */
export function meshGate({ mesh, underlay }: Pick<FleetSpec, "mesh" | "underlay">): MeshGate {
  if (mesh === undefined || mesh.implementation === "none") return "none";
  return mesh.gate ?? (underlay === undefined ? "none" : "built");
}
