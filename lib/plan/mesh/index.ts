export {
  CLUSTERSET_DNS,
  CLUSTERSET_REQUESTS,
  type ClustersetDns,
  type ClustersetObject,
  clustersetDns,
  type DnsStub,
} from "./clusterset";
export { CLUSTERSET_DOMAIN } from "./corefile";
export {
  clustersetMembers,
  clustersetName,
  clustersetPodName,
  type ExportedMetadata,
  type SharedService,
  serviceExport,
  serviceImport,
} from "./exports";
export type { MeshGate } from "./gate";
export { CLUSTER_LABEL, globalAnnotations, podsInSites, type ServiceSharing } from "./globalServices";
export { type Mesh, meshOf } from "./mesh";
export { ciliumVersionAt, ciliumVersionOf, type MeshMember, type MeshPlan, peersOf } from "./meshPlan";
export type * from "./meshSpec";
export { type OutageBounds, outageBounds } from "./outage";
export type { PathSeen } from "./paths";
export { allPeerObjects, MESH_NAMESPACE, PEER_OBJECT_NAMES, type PeerObjects, peerObjects } from "./peers";
export { type SiteGate, siteGates } from "./siteGates";
export { skewProblems } from "./skew";
export type { MeshSeen, MeshStatus, PeerStatus } from "./status";
export * from "./withdrawal";
export type { WithdrawerPlan, WithdrawerSpec } from "./withdrawerPlan";
export { type PeerChange, type PeerTexts, withdrawalChanges } from "./withdrawn";
