import type { Graph, Registered } from "../../test/support/graph";

/**
 * A program without components that declares the custom resources of a graph with the SDKs' own classes, as a team would
 * write them out: references where a value is another resource's, explicit providers, the same dependencies.
 * @returns the program's text, a function body over `require`.
 */
export function flatProgram(graph: Graph): string {
  const customs = graph.resources.filter(({ custom }) => custom);
  const variables = new Map(customs.map(({ urn }, index) => [urn, `r${index}`]));
  const known = new Map<string, string>();
  const lines = customs.map((one) => {
    const text = declaration(one, variables, known);
    const variable = variables.get(one.urn)!;
    // What the recorder gave it, as others refer to it.
    known.set(`${one.urn} ${one.inputs.name ?? `${one.name}-name`}`, `${variable}.name`);
    known.set(`${one.urn} ${one.name}-id`, `${variable}.id`);
    known.set(`${one.urn} arn:mock:${one.type}:${one.name}`, `${variable}.arn`);
    return text;
  });
  return lines.join("\n");
}

type Known = ReadonlyMap<string, string>;

function declaration(one: Registered, variables: Known, known: Known): string {
  const { module, name } = classOf(one.type);
  const throughInputs = new Set([one.provider]);
  const references = (value: string) => reference(value, one.dependsOn, known, throughInputs);
  const inputs = literal(one.type.startsWith("pulumi:providers:") ? parsed(one.inputs) : one.inputs, references);
  const dependsOn = one.dependsOn.filter((urn) => !throughInputs.has(urn)).map((urn) => variables.get(urn));
  const options = [
    one.provider && `provider: ${variables.get(one.provider)}`,
    one.protect && "protect: true",
    one.deletedWith && `deletedWith: ${variables.get(one.deletedWith)}`,
    one.replaceWith.length > 0 && `replaceWith: [${one.replaceWith.map((urn) => variables.get(urn))}]`,
    one.ignoreChanges.length > 0 && `ignoreChanges: ${JSON.stringify(one.ignoreChanges)}`,
    dependsOn.length > 0 && `dependsOn: [${dependsOn}]`,
  ];
  return (
    `const ${variables.get(one.urn)} = new (require("${module}").${name})` +
    `("${one.name}", ${inputs}, { ${options.filter(Boolean).join(", ")} });`
  );
}

/** The class of a type token: `@pulumi/aws/ec2` and `Vpc` of `aws:ec2/vpc:Vpc`. */
function classOf(type: string): { module: string; name: string } {
  const [pkg = "", module = "", name = ""] = type.split(":");
  if (pkg === "pulumi") return { module: `@pulumi/${name}/provider`, name: "Provider" };
  if (type === "kubernetes:helm.sh/v3:Release") return { module: "@pulumi/kubernetes/helm/v3", name };
  return { module: `@pulumi/${pkg}/${module.split("/")[0]}`, name };
}

/** Provider inputs travel as JSON text, and are given as values. */
function parsed(inputs: Registered["inputs"]): Record<string, unknown> {
  const entries = Object.entries(inputs).filter(([name]) => name !== "version");
  return Object.fromEntries(
    entries.map(([name, value]) => [name, name === "kubeconfig" ? value : parse(String(value))]),
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * The expression for a value that another resource gave, when it is one of those that this resource depends on. Such a
 * resource is noted in `used`: nobody writes it into `dependsOn` as well.
 */
function reference(value: string, dependsOn: readonly string[], known: Known, used: Set<string>): string | undefined {
  const urn = dependsOn.find((one) => known.has(`${one} ${value}`));
  if (urn === undefined) return undefined;
  used.add(urn);
  return known.get(`${urn} ${value}`);
}

function literal(value: unknown, references: (text: string) => string | undefined): string {
  if (typeof value === "string") return references(value) ?? JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((one) => literal(one, references)).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${literal(one, references)}`);
  return `{ ${entries.join(", ")} }`;
}
