import { isSecret, plain, redactor } from "../../clouds/wire";
import type { InvokeRequest, InvokeResult, Properties } from "../../engine/provider";
import { makeSecret } from "../../engine/values";
import { Interrupted, UserError } from "../../userError";
import { chartOptions } from "./chartOptions";
import { documentsOf } from "./documents";
import { type KubeObject, namespaceOf, textAt, withMetadata } from "./objects";
import { type Capabilities, type Templates, templatesOf } from "./templates";

/** What the functions of the package depend on. */
export interface Invoking {
  /** Whether objects of its kind lie in namespaces. */
  isNamespaced(object: KubeObject): Promise<boolean>;
  /** What the cluster says of itself; undefined when it cannot be asked. */
  capabilities(): Promise<Capabilities | undefined>;
  readonly templates: Templates | undefined;
}

/** The functions of the package. */
export const FUNCTIONS: ReadonlySet<string> = new Set([
  "kubernetes:yaml:decode",
  "kubernetes:helm:template",
  "kubernetes:kustomize:directory",
]);

/** The functions of the package: those of which `yaml.ConfigFile`, `helm.v3.Chart` and `kustomize.Directory` are made. */
export async function invokeFunction({ token, args }: InvokeRequest, invoking: Invoking): Promise<InvokeResult> {
  const given = plain(args) as Properties;
  switch (token) {
    case "kubernetes:yaml:decode": {
      const { defaultNamespace } = given;
      return answer(
        decode(required(given, "text")),
        typeof defaultNamespace === "string" ? defaultNamespace : "",
        invoking,
      );
    }
    case "kubernetes:helm:template": {
      const options = readJson(required(given, "jsonOpts"));
      // In the namespace that was asked for: of a chart without one, each object says for itself where it lies.
      const namespace = typeof options.namespace === "string" ? options.namespace : "";
      const text = await rendered(options, isSecret(args.jsonOpts), invoking);
      return answer(decode(text), namespace, invoking);
    }
    case "kubernetes:kustomize:directory": {
      const directory = required(given, "directory");
      const withHelm = /^(1|true)$/i.test(process.env.PULUMI_K8S_KUSTOMIZE_HELM ?? "");
      const text = await templatesOf(invoking, token).kustomization({ directory, isUnrestricted: false, withHelm });
      return answer(decode(text), "", invoking);
    }
    default:
      throw new Error(`cannot rehearse: the function ${token}`);
  }
}

async function rendered(options: Properties, isHidden: boolean, invoking: Invoking): Promise<string> {
  try {
    const template = chartOptions(options, await invoking.capabilities());
    const { manifests } = await templatesOf(invoking, "kubernetes:helm:template").chart(template);
    return manifests;
  } catch (error) {
    if (error instanceof Interrupted || error instanceof UserError) throw error;
    // Templates put values into their errors.
    const hide = redactor(isHidden ? makeSecret(options.values) : {});
    throw new Error(`failed to generate YAML for specified Helm chart: ${hide((error as Error).message)}`);
  }
}

async function answer(objects: KubeObject[], namespace: string, { isNamespaced }: Invoking): Promise<InvokeResult> {
  const result: Properties[] = [];
  for (const object of objects) {
    const isPlaced = namespace === "" || namespaceOf(object) !== "" || !(await isNamespaced(object));
    result.push(isPlaced ? object : withMetadata(object, { namespace }));
  }
  return { result: { result }, failures: [] };
}

function required(args: Properties, name: string): string {
  const value = args[name];
  if (typeof value !== "string") throw new Error(`missing required field '${name}' of type string`);
  return value;
}

function readJson(text: string): Properties {
  try {
    return JSON.parse(text) as Properties;
  } catch {
    throw new Error("failed to unmarshal 'jsonOpts': it is no JSON");
  }
}

/** The objects of a stream of YAML documents, without those that are none. */
function decode(text: string): KubeObject[] {
  const isKube = (value: Properties) => textAt(value, "kind") !== "" && textAt(value, "apiVersion") !== "";
  return documentsOf(text, false).filter(isKube) as KubeObject[];
}
