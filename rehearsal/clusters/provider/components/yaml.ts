import { holdsUnknown, isObject, plain, UNKNOWN } from "../../../clouds/wire";
import { constructing } from "../../../engine/construction";
import type { ConstructRequest, ConstructResult, Properties } from "../../../engine/provider";
import { containsSecrets } from "../../../engine/values";
import { documentsOf } from "../documents";
import type { ComponentContext } from "./context";
import { readTexts } from "./files";
import { normalized } from "./objects";
import { registered } from "./register";

/** What a component of manifests is made of, every value known and in clear. */
interface Manifests {
  files: string[];
  yaml: string;
  objects: Properties[];
}

/** `yaml.v2.ConfigGroup`: manifests from files, patterns of files, text and objects. */
export function configGroup(request: ConstructRequest, context: ComponentContext): Promise<ConstructResult> {
  return ofManifests(request, context, ["files", "yaml", "objs"], true, (input) => ({
    files: input.list("files", isText, "texts"),
    yaml: input.text("yaml") ?? "",
    objects: input.list("objs", isObject, "objects"),
  }));
}

/** `yaml.v2.ConfigFile`: the manifests of one file. */
export function configFile(request: ConstructRequest, context: ComponentContext): Promise<ConstructResult> {
  return ofManifests(request, context, ["file"], false, (input) => ({
    files: [input.text("file") ?? ""],
    yaml: "",
    objects: [],
  }));
}

/**
 * Makes a component of manifests. Until everything that it is made of is known, it has no children, and the user is told.
 * @param names its inputs beside those that all have.
 * @param glob whether the names of files may be patterns.
 */
function ofManifests(
  request: ConstructRequest,
  context: ComponentContext,
  names: readonly string[],
  glob: boolean,
  read: (inputs: Inputs) => Manifests,
): Promise<ConstructResult> {
  const { type, name, folder } = request;
  return constructing(request, async (building) => {
    const own = [...names, "resourcePrefix", "skipAwait"].filter((input) => input in request.inputs);
    const given = Object.fromEntries(own.map((input) => [input, request.inputs[input]]));
    const dependencies = own.flatMap((input) => request.inputDependencies[input] ?? []);
    if (holdsUnknown(given)) {
      await building.log(
        "warning",
        `${type}:${name} -- Required input properties have unknown values. Preview is incomplete.`,
      );
      return { state: { resources: UNKNOWN }, stateDependencies: { resources: dependencies } };
    }
    const inputs = new Inputs(plain(given) as Properties);
    const { files, yaml, objects } = read(inputs);
    const prefix = inputs.text("resourcePrefix") ?? name;
    const skipAwait = inputs.flag("skipAwait");
    const texts = [...(await readTexts(files, { glob, folder })), yaml];
    const manifests = [...texts.flatMap(decoded), ...objects];
    const { objects: all, warnings } = await normalized(manifests, context);
    for (const warning of warnings) await building.log("warning", warning);
    return registered(building, all, context, { prefix, skipAwait, dependencies, isSecret: containsSecrets(given) });
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

/** Inputs by name and kind. */
class Inputs {
  constructor(private readonly given: Properties) {}

  private take<T>(name: string, fits: (value: unknown) => value is T, kind: string): T | undefined {
    const value = this.given[name];
    if (value === undefined || value === null) return undefined;
    if (fits(value)) return value;
    throw new Error(`setting args: copying input "${name}": it must be ${kind}`);
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
}
