export type { KubernetesObject, Plain } from "./objects";
export { PRIORITY_VALUES, priorityClassName } from "./priorities";
export type { ScalingMode } from "./scaling";
export {
  type RenderedFleet,
  type RenderedSite,
  type RenderedWorkload,
  type RenderOptions,
  siteObjects,
} from "./siteObjects";
