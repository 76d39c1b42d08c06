import { isSecret } from "../../../clouds/wire";
import type { ConstructRequest, ConstructResult, Properties } from "../../../engine/provider";
import type { ComponentContext } from "./context";
import { readTexts } from "./files";
import { type Inputs, isText } from "./inputs";
import { decoded, ofInputs } from "./making";
import { manifestOf } from "./objects";

/** Where the manifests of a component come from. */
interface Source {
  /** Inputs that say so, beside those that all components of manifests have. */
  names: readonly string[];
  /** Whether the names of files may be patterns. */
  glob: boolean;
  files(inputs: Inputs): string[];
}

/** `yaml.v2.ConfigGroup`: manifests from files, patterns of files, text and objects. */
export function configGroup(request: ConstructRequest, context: ComponentContext): Promise<ConstructResult> {
  const files = (inputs: Inputs) => inputs.list("files", isText, "texts");
  return ofManifests(request, context, { names: ["files", "yaml", "objs"], glob: true, files });
}

/** `yaml.v2.ConfigFile`: the manifests of one file. */
export function configFile(request: ConstructRequest, context: ComponentContext): Promise<ConstructResult> {
  const files = (inputs: Inputs) => [inputs.text("file") ?? ""];
  return ofManifests(request, context, { names: ["file"], glob: false, files });
}

function ofManifests(
  request: ConstructRequest,
  context: ComponentContext,
  { names, glob, files }: Source,
): Promise<ConstructResult> {
  const incomplete = `${request.type}:${request.name} -- Required input properties have unknown values. Preview is incomplete.`;
  return ofInputs(request, context, { names, incomplete }, async (inputs) => {
    const texts = await readTexts(files(inputs), { glob, folder: request.folder });
    const isHidden = isSecret(inputs.given.yaml);
    const written = decoded(inputs.text("yaml") ?? "").map((it) => manifestOf(it, isHidden) as Properties);
    return { manifests: [...texts.flatMap(decoded), ...written, ...inputs.objects("objs")] };
  });
}
