import type { Model } from "../model";
import { aksModels } from "./aks";
import { frontDoorModels } from "./frontDoor";
import { identityModels } from "./identity";
import { networkModels } from "./network";
import { operationModels } from "./operations";
import { secretModels } from "./secrets";
import { trafficModels } from "./traffic";
import { virtualWanModels } from "./virtualWan";
import { vpnModels } from "./vpn";

/** The types of Azure that have a meaning here. */
const MODELS = new Map(
  [
    networkModels,
    aksModels,
    identityModels,
    operationModels,
    trafficModels,
    frontDoorModels,
    vpnModels,
    virtualWanModels,
    secretModels,
  ].flatMap((models) => Object.entries(models)),
);

/** The meaning of a type of Azure; undefined when only its shape is known. */
export function azureModel(type: string): Model | undefined {
  return MODELS.get(type);
}
