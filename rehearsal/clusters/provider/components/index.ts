import type { ConstructRequest, ConstructResult } from "../../../engine/provider";
import { UserError } from "../../../userError";
import type { ComponentContext } from "./context";
import { configFile, configGroup } from "./yaml";

export type { ComponentContext } from "./context";

/** Makes one component. */
export type Component = (request: ConstructRequest, context: ComponentContext) => Promise<ConstructResult>;

const COMPONENTS: { readonly [type: string]: Component } = {
  "kubernetes:yaml/v2:ConfigFile": configFile,
  "kubernetes:yaml/v2:ConfigGroup": configGroup,
};

/** Components that are not made here, with a resource or a component that does the same and is. */
const INSTEAD: { readonly [type: string]: string } = {
  "kubernetes:helm.sh/v4:Chart": "helm.v3.Release",
  "kubernetes:kustomize/v2:Directory": "yaml.v2.ConfigFile, on what `kubectl kustomize FOLDER` prints",
};

/**
 * Makes a component of the package `kubernetes`, as the real plugin does.
 * @throws UserError for one that is not made here, or Error for what it is refused for.
 */
export function constructComponent(request: ConstructRequest, context: ComponentContext): Promise<ConstructResult> {
  const { type, name } = request;
  const component = Object.hasOwn(COMPONENTS, type) ? COMPONENTS[type] : undefined;
  if (component !== undefined) return component(request, context);
  const hint = Object.hasOwn(INSTEAD, type) ? `; use ${INSTEAD[type]}` : "";
  throw new UserError(`cannot rehearse: the remote component ${type} '${name}'${hint}`);
}
