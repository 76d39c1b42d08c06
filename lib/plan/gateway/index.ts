/** How users' TLS ends in each site, and what answers for the site's readiness. */
export type { AcmeCertificate, GivenCertificate, PublicCertificatePlan } from "./certificate";
export { challengeZone } from "./certificate";
export { chainEndSeconds, endingChain, type GivenPair, givenProblems } from "./given";
export { GATEWAY, type GatewayRoute, type SiteGatewayPlan, type TrafficGatewayPlan } from "./plan";
export { READINESS_IMAGE, type Readiness, readinessConfig } from "./readiness";
export type * from "./spec";
