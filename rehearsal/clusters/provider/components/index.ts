import type { ConstructRequest, ConstructResult } from "../../../engine/provider";
import { UserError } from "../../../userError";
import { chart } from "./chart";
import type { ComponentContext } from "./context";
import { directory } from "./directory";
import { configFile, configGroup } from "./yaml";

export type { ComponentContext } from "./context";

/** Makes one component. */
export type Component = (request: ConstructRequest, context: ComponentContext) => Promise<ConstructResult>;

const COMPONENTS: { readonly [type: string]: Component } = {
  "kubernetes:helm.sh/v4:Chart": chart,
  "kubernetes:kustomize/v2:Directory": directory,
  "kubernetes:yaml/v2:ConfigFile": configFile,
  "kubernetes:yaml/v2:ConfigGroup": configGroup,
};

/**
 * Makes a component of the package `kubernetes`, as the real plugin does.
 * @throws UserError for one that is not made here, or Error for what it is refused for.
 */
export function constructComponent(request: ConstructRequest, context: ComponentContext): Promise<ConstructResult> {
  const { type, name } = request;
  const component = Object.hasOwn(COMPONENTS, type) ? COMPONENTS[type] : undefined;
  if (component !== undefined) return component(request, context);
  throw new UserError(`cannot rehearse: the remote component ${type} '${name}'`);
}
