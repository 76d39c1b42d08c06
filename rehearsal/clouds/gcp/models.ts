import type { Model } from "../model";
import { text } from "../wire";
import { certificateAuthorityModels } from "./certificateAuthority";
import { connectivityModels } from "./connectivity";
import { dnsModels } from "./dns";
import { federationModels } from "./federation";
import { gkeModels } from "./gke";
import { identityModels } from "./identity";
import { loadBalancingModels } from "./loadBalancing";
import { loggingModels } from "./logging";
import { networkModels } from "./network";
import { secretModels } from "./secrets";
import { vpnModels } from "./vpn";

/** The types of Google Cloud that have a meaning here. */
const MODELS = new Map(
  [
    networkModels,
    gkeModels,
    identityModels,
    federationModels,
    loggingModels,
    loadBalancingModels,
    dnsModels,
    vpnModels,
    connectivityModels,
    certificateAuthorityModels,
    secretModels,
  ]
    .flatMap((models) => Object.entries(models))
    .map(([type, model]) => [type, preventable(model)]),
);

/** The meaning of a type of Google Cloud; undefined when only its shape is known. */
export function gcpModel(type: string): Model | undefined {
  return MODELS.get(type);
}

/** Every type has a deletionPolicy that may forbid deletion. */
function preventable(model: Model): Model {
  return {
    ...model,
    undeletable: (thing, world) =>
      text(thing.inputs, "deletionPolicy") === "PREVENT"
        ? 'deletionPolicy is "PREVENT"; set it to "DELETE", update, and then delete'
        : model.undeletable?.(thing, world),
  };
}
