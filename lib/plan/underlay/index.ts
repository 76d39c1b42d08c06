export { CLOUD_LINKS, MOST_IN_MESH } from "./facts";
export type * from "./plan";
export { MESH_API_NODE_PORT, MESH_API_PORT, type MeshPort, meshPorts } from "./ports";
export { isListed, prefixListSize } from "./quotas";
export type * from "./spec";
export { defaultTopology, underlayPlan } from "./underlayPlan";
