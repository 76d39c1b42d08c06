/** Where users go: the traffic part of a plan, and who receives whose users. */
export { CHECKERS, type Checkers } from "./checkers";
export type { EndpointGroupPlan, FrontDoorPlan, FrontPlan, LoadBalancerPlan, OriginPlan } from "./front";
export { type PlaceLabels, placeLabels } from "./labels";
export type * from "./plan";
export { isOverloaded, type RoutedShares, type RoutedSite, received, type ServiceShares } from "./received";
export type * from "./spec";
export { type FailoverTime, failoverTimes } from "./times";
