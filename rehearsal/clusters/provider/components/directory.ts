import type { ConstructRequest, ConstructResult } from "../../../engine/provider";
import { templatesOf } from "../templates";
import type { ComponentContext } from "./context";
import { decoded, ofInputs } from "./making";

const NEEDED = {
  names: ["directory", "namespace"],
  incomplete: "Input properties have unknown values. Preview is incomplete.",
};

/** `kustomize.v2.Directory`: the objects of a kustomization. Its files may lie anywhere, and charts in it are rendered. */
export function directory(request: ConstructRequest, context: ComponentContext): Promise<ConstructResult> {
  return ofInputs(request, context, NEEDED, async (inputs) => {
    const folder = inputs.text("directory") ?? "";
    const build = { directory: folder, isUnrestricted: true, withHelm: true };
    const manifests = decoded(await templatesOf(context, request.type).kustomization(build));
    return { manifests, ...(inputs.text("namespace") && { namespace: inputs.text("namespace") as string }) };
  });
}
