/** `pulumi-multisite`: fleets and sites, without any cloud's SDK. Each cloud has an entry of its own. */
export type { ClusterContext, ClusterKind, ControlPlane, MeshContext, SiteContext, Step } from "./clusters/cluster";
export { existing } from "./clusters/existing";
export type { PoolFacts, SiteFacts } from "./facts";
export { Fleet } from "./fleet";
export type { LeafPair, MeshCredentials } from "./mesh/credentials";
export type { FleetArgs } from "./options";
export type * from "./plan/mesh/meshPlan";
export type * from "./plan/mesh/meshSpec";
export type * from "./plan/plan";
export type * from "./plan/spec";
export type * from "./plan/verdict";
export { Site, type SiteArgs, type SiteMesh } from "./site";
export type { ChartArgs, FleetWorkloadArgs, WorkloadFleet, WorkloadSite } from "./workloads/args";
export { FleetWorkload } from "./workloads/fleetWorkload";
export { type KustomizationOptions, kustomization, manifestFiles } from "./workloads/sources";
