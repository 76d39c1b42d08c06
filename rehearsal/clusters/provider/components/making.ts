import { holdsUnknown, UNKNOWN } from "../../../clouds/wire";
import { constructing } from "../../../engine/construction";
import type { ConstructRequest, ConstructResult, Properties } from "../../../engine/provider";
import { containsSecrets } from "../../../engine/values";
import { documentsOf } from "../documents";
import type { ComponentContext } from "./context";
import { Inputs } from "./inputs";
import { normalized } from "./objects";
import { type Registering, registered } from "./register";

/** What the inputs of a component come to. */
export interface Made extends Pick<Registering, "isKept"> {
  manifests: readonly Properties[];
  /** Where objects lie that name no namespace. @default that of the provider */
  namespace?: string;
  /** What the user is told. @default nothing */
  warnings?: readonly string[];
}

/** The inputs of a component that its children depend on. */
export interface Needed {
  /** Beside those that all have: `resourcePrefix` and `skipAwait`. */
  names: readonly string[];
  /** What the user is told while one of them is unknown. */
  incomplete: string;
}

/**
 * Makes a component whose children are the objects that its inputs come to. Until all of them are known it has no children,
 * and the user is told. What cannot be made leaves no component either.
 */
export async function ofInputs(
  request: ConstructRequest,
  context: ComponentContext,
  { names, incomplete }: Needed,
  make: (inputs: Inputs) => Made | Promise<Made>,
): Promise<ConstructResult> {
  const own = [...names, "resourcePrefix", "skipAwait"].filter((input) => input in request.inputs);
  const given = Object.fromEntries(own.map((input) => [input, request.inputs[input]]));
  const dependencies = own.flatMap((input) => request.inputDependencies[input] ?? []);
  if (holdsUnknown(given)) {
    return constructing(request, async (building) => {
      await building.warn(incomplete);
      return { state: { resources: UNKNOWN }, stateDependencies: { resources: dependencies } };
    });
  }
  const inputs = new Inputs(given);
  const prefix = inputs.text("resourcePrefix") ?? request.name;
  const skipAwait = inputs.flag("skipAwait");
  const { manifests, namespace = context.defaultNamespace, warnings: told = [], ...more } = await make(inputs);
  const { objects, warnings } = await normalized(manifests, { ...context, defaultNamespace: namespace });
  const isSecret = containsSecrets(given);
  return constructing(request, async (building) => {
    for (const warning of [...told, ...warnings]) await building.warn(warning);
    return registered(building, objects, context, { ...more, prefix, skipAwait, dependencies, isSecret });
  });
}

/** The documents of a text. @throws Error for what cannot be read. */
export function decoded(text: string): Properties[] {
  try {
    return documentsOf(text);
  } catch (error) {
    throw new Error(`decoding YAML: ${(error as Error).message}`);
  }
}
