export type { KubernetesObject, Plain } from "./objects";
export { PRIORITY_VALUES, type Priority, type PriorityUse, priorityClassName } from "./priorities";
export { placedReplicas, type SiteWorkloads } from "./replicas";
export type { ScalingMode } from "./scaling";
export { isMadeNamespace } from "./site";
export {
  type RenderedFleet,
  type RenderedSite,
  type RenderedWorkload,
  type RenderOptions,
  siteObjects,
} from "./siteObjects";
