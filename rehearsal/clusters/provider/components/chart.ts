import { isTagged, own, plain, redactor, reveal } from "../../../clouds/wire";
import type { ConstructRequest, ConstructResult, Properties } from "../../../engine/provider";
import { archiveSignature, rewrite, signatureKey } from "../../../engine/values";
import { Interrupted, UserError } from "../../../userError";
import type { RepositoryAccess } from "../../helm/charts/wanted";
import { REFUSED } from "../../helm/inputs";
import { assetText, givenValues } from "../../helm/values";
import { textAt } from "../objects";
import { type ChartTemplate, type RenderedChart, templatesOf } from "../templates";
import type { ComponentContext } from "./context";
import { type Inputs, isText } from "./inputs";
import { decoded, ofInputs } from "./making";
import { concealed } from "./objects";

const NAMES = (
  "name namespace chart version devel repositoryOpts dependencyUpdate verify keyring values valueYamlFiles skipCrds " +
  "includeHooks postRenderer plainHttp"
).split(" ");

const INCOMPLETE = "Input properties have unknown values. Preview is incomplete.";
const WITHOUT_HOOKS =
  "includeHooks is only supported when the provider is configured with renderYamlToDirectory; Helm hooks will be ignored.";

/** With which value helm keeps an object when its release goes. */
const POLICY = "helm.sh/resource-policy";

/** `helm.v4.Chart`: the objects of a chart, without its hooks, as resources. */
export function chart(request: ConstructRequest, context: ComponentContext): Promise<ConstructResult> {
  return ofInputs(request, context, { names: NAMES, incomplete: INCOMPLETE }, async (inputs) => {
    const template = await templateOf(inputs, request, context);
    const { manifests: text, deprecated } = await rendered(template, inputs, context, request.type);
    const objects = decoded(text);
    const policies = [...new Set(objects.map(policyOf))].filter((policy) => policy !== "" && policy !== "keep");
    return {
      manifests: objects.map((object) => concealed(object, inputs.given.values)),
      namespace: template.namespace,
      isKept: (object) => policyOf(plain(object)) === "keep",
      warnings: [
        ...(deprecated === undefined ? [] : [`Using a deprecated Helm chart (${deprecated})`]),
        ...(inputs.flag("includeHooks") ? [WITHOUT_HOOKS] : []),
        ...policies.map((policy) => `Unsupported Helm resource policy ${JSON.stringify(policy)}`),
      ],
    };
  });
}

const policyOf = (object: unknown): string => textAt(object, "metadata", "annotations", POLICY);

/** @throws Error in helm's words, without the secrets among the values. */
async function rendered(
  template: ChartTemplate,
  { given }: Inputs,
  context: ComponentContext,
  type: string,
): Promise<RenderedChart> {
  try {
    return await templatesOf(context, type).chart(template);
  } catch (error) {
    if (error instanceof Interrupted || error instanceof UserError) throw error;
    throw new Error(redactor(given)((error as Error).message));
  }
}

async function templateOf(
  inputs: Inputs,
  { name, folder }: ConstructRequest,
  context: ComponentContext,
): Promise<ChartTemplate> {
  if (inputs.flag("verify")) throw new Error(`cannot rehearse: verify: ${REFUSED.verify}`);
  const { kubeconfig } = context;
  const renderer = inputs.map("postRenderer");
  const capabilities = (await context.capabilities()) ?? { apiVersions: [] };
  return {
    chart: {
      chart: inputs.text("chart") ?? "",
      version: inputs.text("version") ?? "",
      devel: inputs.flag("devel"),
      repository: repositoryOf(inputs, folder),
    },
    releaseName: inputs.text("name") || name,
    namespace: inputs.text("namespace") || context.defaultNamespace,
    values: valuesOf(inputs.given, folder),
    capabilities,
    skipCrds: inputs.flag("skipCrds"),
    hooks: "none",
    dependencies: inputs.flag("dependencyUpdate") ? "update" : "build",
    ...(kubeconfig !== undefined && { lookupIn: kubeconfig }),
    ...(renderer !== undefined && { postRenderer: [textAt(renderer, "command"), ...textsOf(renderer.args)] }),
  };
}

/** The values of files, with those of the program on top of them, in which files and texts stand for what they hold. */
function valuesOf(given: Properties, folder: string): Properties {
  const values = rewrite(plain(given.values ?? {}), (part) => {
    if (!isTagged(part)) return undefined;
    const asset = assetText(part, folder);
    if (asset !== undefined) return { to: asset.text };
    const what = part[signatureKey] === archiveSignature ? "Archive" : "Resource";
    throw new Error(`${what} values are not supported as a Helm value`);
  });
  return plain(givenValues({ ...given, values }, folder)) as Properties;
}

function repositoryOf(inputs: Inputs, folder: string): RepositoryAccess {
  const given = inputs.map("repositoryOpts") ?? {};
  const file = (name: string): string => {
    const value = reveal(own(given, name)) ?? undefined;
    if (value === undefined) return "";
    const path = assetText(value, folder)?.path;
    if (path !== undefined) return path;
    throw new Error(
      `cannot rehearse: repositoryOpts.${name}: give a file (pulumi.asset.FileAsset), in place of a text`,
    );
  };
  return {
    repo: textAt(given, "repo"),
    username: textAt(given, "username"),
    password: textAt(given, "password"),
    caFile: file("caFile"),
    certFile: file("certFile"),
    keyFile: file("keyFile"),
    ...(inputs.flag("plainHttp") && { plainHttp: true }),
  };
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(isText) : [];
}
