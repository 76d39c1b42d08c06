export {
  type CountedDemand,
  type DemandFromManifests,
  demandFromObjects,
  type SourceObject,
  workloadOf,
} from "./demand";
export { demandFromManifests, ManifestError, type ManifestSource } from "./manifests";
export { parseQuantity, QuantityError, quantityOf } from "./quantity";
export type { DemandTotals } from "./totals";
