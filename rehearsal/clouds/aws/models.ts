import type { Model } from "../model";
import { acceleratorModels } from "./accelerator";
import { balancingModels } from "./balancing";
import { coreNetworkModels } from "./coreNetworks";
import { eksModels } from "./eks";
import { endpointModels } from "./endpoints";
import { identityModels } from "./identity";
import { networkModels } from "./network";
import { prefixListModels } from "./prefixLists";
import { privateCaModels } from "./privateCa";
import { route53Models } from "./route53";
import { secretModels } from "./secrets";
import { securityGroupModels } from "./securityGroups";
import { sharingModels } from "./sharing";
import { transitModels } from "./transit";

/** The types of AWS that have a meaning here. */
const MODELS = new Map(
  [
    networkModels,
    endpointModels,
    securityGroupModels,
    eksModels,
    identityModels,
    balancingModels,
    route53Models,
    acceleratorModels,
    transitModels,
    coreNetworkModels,
    sharingModels,
    prefixListModels,
    privateCaModels,
    secretModels,
  ].flatMap((models) => Object.entries(models)),
);

/** The meaning of a type of AWS; undefined when only its shape is known. */
export function awsModel(type: string): Model | undefined {
  return MODELS.get(type);
}
