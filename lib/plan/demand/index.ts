export { type CountedDemand, type DemandFromManifests, demandFromObjects, workloadOf } from "./demand";
export type { ManifestSource, Manifests } from "./given";
export { demandFromManifests, LARGEST_TEXT, ManifestError, manifestProblems } from "./manifests";
export type { SourceObject } from "./objects";
export { parseQuantity, QuantityError, quantityOf } from "./quantity";
export { PRIORITY_LABEL } from "./surroundings";
export type { DemandTotals } from "./totals";
export { NOT_KNOWN } from "./unknown";
