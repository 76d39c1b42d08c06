import { holdsUnknown, isSecret, plain, reveal, UNKNOWN } from "../../../clouds/wire";
import { constructing } from "../../../engine/construction";
import type { ConstructRequest, ConstructResult, Properties } from "../../../engine/provider";
import { containsSecrets } from "../../../engine/values";
import { documentsOf } from "../documents";
import type { ComponentContext } from "./context";
import { readTexts } from "./files";
import { manifestOf, normalized } from "./objects";
import { registered } from "./register";

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

/** Makes a component of manifests. Until everything that it is made of is known it has no children, and the user is told. */
function ofManifests(
  { type, name, folder, ...request }: ConstructRequest,
  context: ComponentContext,
  { names, glob, files }: Source,
): Promise<ConstructResult> {
  return constructing({ type, name, folder, ...request }, async (building) => {
    const own = [...names, "resourcePrefix", "skipAwait"].filter((input) => input in request.inputs);
    const given = Object.fromEntries(own.map((input) => [input, request.inputs[input]]));
    const dependencies = own.flatMap((input) => request.inputDependencies[input] ?? []);
    if (holdsUnknown(given)) {
      const incomplete = "Required input properties have unknown values. Preview is incomplete.";
      await building.log("warning", `${type}:${name} -- ${incomplete}`);
      return { state: { resources: UNKNOWN }, stateDependencies: { resources: dependencies } };
    }
    const inputs = new Inputs(given);
    const prefix = inputs.text("resourcePrefix") ?? name;
    const skipAwait = inputs.flag("skipAwait");
    const texts = await readTexts(files(inputs), { glob, folder });
    const written = decoded(inputs.text("yaml") ?? "").map((it) => manifestOf(it, isSecret(given.yaml)) as Properties);
    const manifests = [...texts.flatMap(decoded), ...written, ...inputs.objects("objs")];
    const { objects, warnings } = await normalized(manifests, context);
    for (const warning of warnings) await building.log("warning", warning);
    return registered(building, objects, context, {
      prefix,
      skipAwait,
      dependencies,
      isSecret: containsSecrets(given),
    });
  });
}

function decoded(text: string): Properties[] {
  try {
    return documentsOf(text);
  } catch (error) {
    throw new Error(`decoding YAML: ${(error as Error).message}`);
  }
}

const isText = (value: unknown): value is string => typeof value === "string";

/** Inputs by name and kind, in clear but for objects. */
class Inputs {
  constructor(private readonly given: Properties) {}

  private refuse(name: string, kind: string): never {
    throw new Error(`setting args: copying input "${name}": it must be ${kind}`);
  }
  private take<T>(name: string, fits: (value: unknown) => value is T, kind: string): T | undefined {
    const value = plain(this.given[name]) ?? undefined;
    if (value === undefined || fits(value)) return value;
    return this.refuse(name, kind);
  }
  text(name: string): string | undefined {
    return this.take(name, isText, "a text");
  }
  flag(name: string): boolean {
    return this.take(name, (value) => typeof value === "boolean", "true or false") ?? false;
  }
  list<T>(name: string, fits: (value: unknown) => value is T, kind: string): T[] {
    const isList = (value: unknown): value is T[] => Array.isArray(value) && value.every(fits);
    return this.take(name, isList, `a list of ${kind}`) ?? [];
  }
  /** Manifests of a list, of which what was secret stays so. */
  objects(name: string): Properties[] {
    const given = this.given[name];
    const list = reveal(given) ?? [];
    const kind = "a list of objects";
    if (!Array.isArray(list)) return this.refuse(name, kind);
    return list.map((item) => manifestOf(item, isSecret(given)) ?? this.refuse(name, kind));
  }
}
