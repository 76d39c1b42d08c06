export { CLUSTER_LABEL, globalAnnotations, podsInSites, type ServiceSharing } from "./globalServices";
export { type Mesh, meshOf } from "./mesh";
export { type MeshMember, type MeshPlan, peersOf } from "./meshPlan";
export type * from "./meshSpec";
export type { PathSeen } from "./paths";
export { allPeerObjects, PEER_OBJECT_NAMES, type PeerObjects, peerObjects } from "./peers";
export { skewProblems } from "./skew";
export type { MeshSeen, MeshStatus, PeerStatus } from "./status";
