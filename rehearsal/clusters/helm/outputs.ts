import { UNKNOWN } from "../../clouds/wire";
import type { Properties } from "../../engine/provider";
import { makeSecret } from "../../engine/values";
import type { LiveRelease } from "./live";
import { markSecrets, mergeValues } from "./values";

/** Where the real provider keeps the inputs in a state; it reads them there. */
const INPUTS = "__inputs";

/** What a preview can know of a release: the inputs, and that the rest comes. */
export function plannedOutputs(inputs: Properties): Properties {
  return { ...inputs, resourceNames: UNKNOWN, status: UNKNOWN, [INPUTS]: makeSecret(inputs) };
}

/** The outputs of a release that is there. What came in as a secret goes out as one. */
export function releaseOutputs(inputs: Properties, live: LiveRelease): Properties {
  const given = inputs.values ?? {};
  return {
    ...inputs,
    values: mergeValues(given, markSecrets(live.values, given)),
    version: live.chartVersion,
    resourceNames: live.resourceNames,
    status: {
      appVersion: live.appVersion,
      chart: live.chart,
      name: live.name,
      namespace: live.namespace,
      revision: live.revision,
      status: live.status,
      version: live.chartVersion,
    },
    [INPUTS]: makeSecret(inputs),
  };
}

/**
 * A release that only its cluster knows, for a program that reads it by its id. Its values may be secrets; where it lies is
 * none, and would be masked in every message if it were one.
 */
export function foundRelease(live: LiveRelease): { inputs: Properties; outputs: Properties } {
  const inputs = foundInputs(live);
  return { inputs, outputs: { ...releaseOutputs(inputs, live), [INPUTS]: inputs } };
}

function foundInputs(live: LiveRelease): Properties {
  return {
    name: live.name,
    namespace: live.namespace,
    chart: live.chart,
    version: live.chartVersion,
    values: makeSecret(live.values),
  };
}
