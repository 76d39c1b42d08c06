/**
 * `pulumi-multisite/plan`: everything that follows from a fleet's spec, as pure functions. No Pulumi, no files, no clock:
 * policies, tests and tools of your own judge by the same arithmetic as the components.
 */
export { allocatable, type NodeKind, type NodeOptions } from "./allocatable";
export { type CapacityJudgement, capacityJudgement, capacityVerdict, isServing, lossesSparing } from "./capacity";
export type { CapacityDemand, CapacityInput, CapacitySite, NodeGroup } from "./capacityInput";
export { contains, overlap, readCidr } from "./cidr";
export * from "./demand";
export { faultDomainOf, providerOf } from "./faultDomains";
export { capacityInputOf, type FleetPlanOptions, fleetPlan } from "./fleetPlan";
export * from "./gateway";
export { type Guaranteed, guaranteed, type PoolDescription } from "./guaranteed";
export { type StateFacts, stateFacts } from "./life";
export { LISTED_LOSSES } from "./losses";
export { type CatalogueFacts, catalogue, type Machine, machine, nearestMachine, type Provider } from "./machines";
export * from "./mesh";
export { nearest } from "./nearest";
export { OWN_POOL_LABEL } from "./nodeLabels";
export * from "./observed";
export type * from "./plan";
export { type Problem, SpecError, specProblems } from "./problems";
export { nearestRegion, type RegionFacts, regionFacts, regionNames } from "./regions";
export { meets } from "./requirements";
export * from "./resources";
export * from "./routing";
export { mayRunOn, type NodeTraits, podResources } from "./schedulable";
export type * from "./spec";
export { measurementProblem } from "./staleFacts";
export * from "./trust";
export * from "./trustPhases";
export * from "./underlay";
export type * from "./verdict";
export { WAVE_KINDS, type Walk, type Wave, type WaveKind, walk } from "./waves";
export * from "./workloads";
