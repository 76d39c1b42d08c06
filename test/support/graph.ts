import * as pulumi from "@pulumi/pulumi";
import { MockMonitor, type MockResourceArgs } from "@pulumi/pulumi/runtime/mocks";

/** One registration, as the SDK sent it: URNs whole, inputs in the wire form (secrets and unknowns recognisable). */
export interface Registered {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  /** URN of the parent, empty for none. */
  readonly parent: string;
  /** URN of the provider, empty when the default provider would be used. */
  readonly provider: string;
  readonly dependsOn: readonly string[];
  readonly protect: boolean;
  readonly deletedWith: string;
  readonly replaceWith: readonly string[];
  readonly ignoreChanges: readonly string[];
  /** Undefined where the program leaves it to the provider. */
  readonly deleteBeforeReplace: boolean | undefined;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** What one program registers. */
export interface Graph {
  readonly resources: readonly Registered[];
  /** Tokens of invokes, with the provider that each used. */
  readonly invokes: readonly { readonly token: string; readonly provider: string }[];
  /** Outputs that components registered, by URN. */
  readonly outputs: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** The resource of a type and a name. Throws when it is not there. */
  one(type: string, name: string): Registered;
  /** All resources of a type. */
  all(type: string): Registered[];
}

/** How to record. */
export interface RecordOptions {
  /** Whether the program runs as a preview: outputs of resources are unknown. @default false */
  readonly preview?: boolean;
  /** Outputs that a type has beside its inputs. @default those of the types in `OUTPUTS` */
  readonly outputs?: (type: string, inputs: Record<string, unknown>) => Record<string, unknown>;
  /** What invokes answer, by token. @default nothing */
  readonly calls?: (token: string) => Record<string, unknown>;
}

const SECRET = "4dabf18193072939515e22adb298388d";

/** Whether a value in the wire form is a secret. */
export function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && SECRET in value;
}

/**
 * Runs a program against a recording monitor. Internal API of the SDK, kept in this file: the mocks that it offers to
 * tests tell neither parents, nor providers, nor dependencies.
 */
export async function record(program: () => void, options: RecordOptions = {}): Promise<Graph> {
  const monitor = new RecordingMonitor(options);
  pulumi.runtime.setMockOptions(monitor, "project", "stack", options.preview ?? false);
  // The SDK's typings hide where it keeps what the engine can do.
  const { getStore } = require("@pulumi/pulumi/runtime/state") as { getStore(): object };
  Object.assign(getStore(), FEATURES);
  const { stackTraceLimit } = Error;
  // The SDK writes down a stack for each of its promises, and mapping those to sources took half of the tests' time.
  Error.stackTraceLimit = 0;
  try {
    program();
  } finally {
    await pulumi.runtime.disconnect();
    Error.stackTraceLimit = stackTraceLimit;
  }
  return monitor.graph();
}

const recorded = new Map<string, Promise<Graph>>();

/** The graph of a program that was recorded under this key before: one program has one graph, and many tests look at it. */
export function once(key: unknown, make: () => Promise<Graph>): Promise<Graph> {
  const text = JSON.stringify(key);
  const found = recorded.get(text) ?? make();
  recorded.set(text, found);
  return found;
}

/** What the SDK's own mocks switch on: all but outputs within inputs and transforms, which run in the engine. */
const FEATURES = {
  supportsSecrets: true,
  supportsResourceReferences: true,
  supportsOutputValues: false,
  supportsDeletedWith: true,
  supportsReplaceWith: true,
  supportsAliasSpecs: true,
  supportsTransforms: false,
  supportsParameterization: true,
  supportsResourceHooks: true,
  supportsErrorHooks: true,
};

/** Whether `later` is made after `earlier`, by declared dependencies and by those through providers. */
export function follows(graph: Graph, later: Registered, earlier: Registered, seen = new Set<string>()): boolean {
  for (const urn of [...later.dependsOn, later.provider]) {
    if (urn === earlier.urn) return true;
    if (seen.has(urn)) continue;
    seen.add(urn);
    const next = graph.resources.find((one) => one.urn === urn);
    if (next && follows(graph, next, earlier, seen)) return true;
  }
  return false;
}

/** What is directly below one component, by its URN. */
export function childrenOf(graph: Graph, component: string): Registered[] {
  return graph.resources.filter(({ parent }) => parent === component);
}

class RecordingMonitor extends MockMonitor {
  readonly registered: Registered[] = [];
  readonly invoked: { token: string; provider: string }[] = [];
  readonly componentOutputs = new Map<string, Record<string, unknown>>();

  constructor(options: RecordOptions) {
    super({
      newResource: (args: MockResourceArgs) => ({
        id: args.custom === false ? "" : `${args.name}-id`,
        state: options.preview ? args.inputs : outputsOf(args, options),
      }),
      call: ({ token }) => options.calls?.(token) ?? {},
    });
    // The mock's own, which the typings hide, keeps only the last parent's type.
    Object.assign(this, { newUrn: urnOf });
  }

  // biome-ignore lint/suspicious/noExplicitAny: the SDK's own signature
  override async registerResource(req: any, callback: any): Promise<void> {
    const parent: string = req.getParent();
    this.registered.push({
      urn: urnOf(parent, req.getType(), req.getName()),
      type: req.getType(),
      name: req.getName(),
      custom: req.getCustom(),
      parent,
      provider: providerUrn(req.getProvider()),
      dependsOn: req.getDependenciesList(),
      protect: req.getProtect() ?? false,
      deletedWith: req.getDeletedwith(),
      replaceWith: req.getReplaceWithList(),
      ignoreChanges: req.getIgnorechangesList(),
      deleteBeforeReplace: req.getDeletebeforereplacedefined() ? req.getDeletebeforereplace() : undefined,
      inputs: req.getObject()?.toJavaScript() ?? {},
    });
    return super.registerResource(req, callback);
  }

  // biome-ignore lint/suspicious/noExplicitAny: the SDK's own signature
  override async invoke(req: any, callback: any): Promise<void> {
    this.invoked.push({ token: req.getTok(), provider: providerUrn(req.getProvider()) });
    return super.invoke(req, callback);
  }

  // biome-ignore lint/suspicious/noExplicitAny: the SDK's own signature
  override registerResourceOutputs(req: any, callback: any): void {
    this.componentOutputs.set(req.getUrn(), req.getOutputs()?.toJavaScript() ?? {});
    super.registerResourceOutputs(req, callback);
  }

  graph(): Graph {
    const resources = this.registered;
    const all = (type: string) => resources.filter((one) => one.type === type);
    return {
      resources,
      invokes: this.invoked,
      outputs: this.componentOutputs,
      all,
      one(type, name) {
        const found = all(type).find((one) => one.name === name);
        if (!found) throw new Error(`no ${type} "${name}" among: ${all(type).map((one) => one.name)}`);
        return found;
      },
    };
  }
}

/** As the engine makes it, with the types of all ancestors. */
function urnOf(parent: string, type: string, name: string): string {
  const qualified = parent ? `${parent.split("::")[2]}$${type}` : type;
  return `urn:pulumi:stack::project::${qualified}::${name}`;
}

/** A provider reference is `<urn>::<id>`. */
function providerUrn(reference: string): string {
  return reference.split("::").slice(0, 4).join("::");
}

function outputsOf({ type, name, inputs }: MockResourceArgs, options: RecordOptions): Record<string, unknown> {
  const made = { arn: `arn:mock:${type}:${name}`, name: `${name}-name` };
  return { ...made, ...inputs, ...OUTPUTS[type]?.(name), ...options.outputs?.(type, inputs) };
}

/** Outputs that the builders read beyond `id` and `arn`. */
const OUTPUTS: Readonly<Record<string, (name: string) => Record<string, unknown>>> = {
  "aws:eks/cluster:Cluster": (name) => ({
    endpoint: `https://${name}.gr7.eks.amazonaws.com`,
    certificateAuthority: { data: "Y2E=" },
    identities: [{ oidcs: [{ issuer: `https://oidc.eks.example.com/id/${name}` }] }],
    vpcConfig: { clusterSecurityGroupId: `sg-${name}` },
  }),
  "aws:ec2/launchTemplate:LaunchTemplate": () => ({ latestVersion: 1 }),
};
