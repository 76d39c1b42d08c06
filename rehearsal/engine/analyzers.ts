import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/analyzer_pb";
import { parse } from "yaml";
import { UserError } from "../userError";
import type { LogLine } from "./children";
import { timed } from "./messages";
import { type Plugin, startPlugin, unary } from "./plugins";
import {
  type EnforcementLevel,
  enforcementLevels,
  type GivenSettings,
  type PolicyDescription,
  readPolicyConfig,
  reconcile,
  unknownPolicies,
} from "./policyConfig";
import { sdkScript } from "./program";
import { configEnvironment, type Project } from "./project";
import type { Properties } from "./provider";
import type { Goal, ResourceState } from "./state";
import { nameOf } from "./urns";
import { isData, lowerReferences } from "./values";
import { emptyMessage, fromStruct, toStruct } from "./wire";

/** A policy pack: its folder, and a file of levels and properties by policy. */
export interface PolicyPackOptions {
  dir: string;
  configFile?: string;
}

/** One breach of a policy. */
export interface Violation {
  policy: string;
  pack: string;
  level: EnforcementLevel;
  /** The resource that is at fault; the stack's URN when the policy names none. */
  urn: string;
  message: string;
}

/** The properties that are judged: inputs before a resource is made, outputs of the stack at the end. */
export interface Judged {
  state: ResourceState;
  properties: ResourceState["inputs"];
  goal: Goal | undefined;
  provider: ResourceState | undefined;
}

/** A running policy pack. */
export class PolicyPack {
  /** The last provider that was described: thousands of resources share one. */
  private readonly providers = new WeakMap<ResourceState, rpc.AnalyzerProviderResource>();
  private constructor(
    private readonly plugin: Plugin<AnalyzerClient>,
    private readonly remediates: boolean,
    private readonly onLine: (line: LogLine) => void,
  ) {}

  /**
   * Starts a pack and configures its policies.
   * @throws UserError when the folder holds no pack, it does not start, or its configuration is refused.
   */
  static async start(
    options: PolicyPackOptions,
    project: Project,
    onLine: (line: LogLine) => void,
  ): Promise<PolicyPack> {
    const dir = path.resolve(options.dir);
    checkPack(dir);
    const plugin = await startPlugin(`the policy pack ${options.dir}`, AnalyzerClient, {
      script: sdkScript("run-policy-pack", dir),
      args: ["127.0.0.1:0", dir],
      cwd: dir,
      env: {
        ...configEnvironment(project.config),
        PULUMI_NODEJS_TYPESCRIPT: "true",
        PULUMI_NODEJS_ORGANIZATION: project.organization,
        PULUMI_NODEJS_PROJECT: project.name,
        PULUMI_NODEJS_STACK: project.stack,
      },
      onLine,
    });
    try {
      return new PolicyPack(plugin, await configure(plugin.client, options, onLine), onLine);
    } catch (error) {
      await plugin.close();
      throw error;
    }
  }

  /** What the pack makes of a resource's inputs before it is judged, and what it could not mend. */
  async remediate(judged: Judged): Promise<{ properties: Properties; failures: Violation[] }> {
    let { properties } = judged;
    const failures: Violation[] = [];
    if (!this.remediates) return { properties, failures };
    const request = new rpc.AnalyzeRequest();
    this.describe(request, judged);
    const { client } = this.plugin;
    const response = await unary(client.remediate.bind(client), request).catch(failed("failed to run remediation: "));
    for (const remedy of response.getRemediationsList()) {
      const [policy, message] = [remedy.getPolicyname(), remedy.getDiagnostic()];
      if (message === "") {
        properties = fromStruct(remedy.getProperties());
        this.onLine({ stream: "stdout", text: `policy ${policy} has remedied ${judged.state.urn}` });
      } else {
        const pack = remedy.getPolicypackname();
        failures.push({ policy, pack, level: "advisory", urn: judged.state.urn, message });
      }
    }
    return { properties, failures };
  }

  /** Judges one resource by its inputs, before anything is done about it. */
  async analyze(judged: Judged): Promise<Violation[]> {
    const request = new rpc.AnalyzeRequest();
    this.describe(request, judged);
    const { client } = this.plugin;
    const response = await unary(client.analyze.bind(client), request).catch(failed("failed to run policy: "));
    return response.getDiagnosticsList().map((found) => ({ ...violation(found), urn: judged.state.urn }));
  }

  /** Judges the whole stack by its outputs; `urn` is empty where the policy named no resource. */
  async analyzeStack(resources: Judged[]): Promise<Violation[]> {
    const request = new rpc.AnalyzeStackRequest();
    request.setResourcesList(
      resources.map((judged) => {
        const resource = new rpc.AnalyzerResource();
        this.describe(resource, judged);
        resource.setParent(judged.state.parent);
        resource.setDependenciesList(judged.state.dependencies);
        const byProperty = resource.getPropertydependenciesMap();
        for (const [property, urns] of Object.entries(judged.state.propertyDependencies)) {
          if (urns.length === 0) continue;
          const dependencies = new rpc.AnalyzerPropertyDependencies();
          dependencies.setUrnsList(urns);
          byProperty.set(property, dependencies);
        }
        return resource;
      }),
    );
    const { client } = this.plugin;
    const response = await unary(client.analyzeStack.bind(client), request).catch(failed());
    return response.getDiagnosticsList().map(violation);
  }

  private describe(
    message: rpc.AnalyzeRequest | rpc.AnalyzerResource,
    { state, properties, goal, provider }: Judged,
  ): void {
    message.setUrn(state.urn);
    message.setType(state.type);
    message.setName(nameOf(state.urn));
    const { __internal: _, ...own } = properties;
    // Policies are shown ids in place of references.
    message.setProperties(toStruct(lowerReferences("__internal" in properties ? own : properties)));
    message.setOptions(optionsOf(state, goal));
    if (provider !== undefined) message.setProvider(this.describeProvider(provider));
  }

  private describeProvider(state: ResourceState): rpc.AnalyzerProviderResource {
    const known = this.providers.get(state);
    if (known !== undefined) return known;
    const provider = new rpc.AnalyzerProviderResource();
    provider.setUrn(state.urn);
    provider.setType(state.type);
    provider.setName(nameOf(state.urn));
    provider.setProperties(toStruct(lowerReferences(state.inputs)));
    this.providers.set(state, provider);
    return provider;
  }

  close(): Promise<void> {
    return this.plugin.close();
  }
}

/** Of a policy that throws, what the real engine says. */
function failed(prefix = "") {
  return (error: Error & { details?: string }): never => {
    throw new Error(prefix + (error.details ?? error.message));
  };
}

function checkPack(dir: string): void {
  const file = path.join(dir, "PulumiPolicy.yaml");
  if (!existsSync(file)) throw new UserError(`${dir} holds no policy pack: there is no PulumiPolicy.yaml`);
  const settings: unknown = parse(readFileSync(file, "utf8"));
  const runtime = isData(settings) ? settings.runtime : undefined;
  const language = isData(runtime) ? runtime.name : runtime;
  if (language !== "nodejs")
    throw new UserError(
      `cannot rehearse: the runtime ${JSON.stringify(language)} of ${file}; only nodejs packs run here`,
    );
}

const NOTHING_GIVEN: GivenSettings = { settings: new Map(), problems: [] };

/** Asks what policies there are and tells each its settings; true when one of them remediates. */
async function configure(
  client: AnalyzerClient,
  { configFile }: PolicyPackOptions,
  onLine: (line: LogLine) => void,
): Promise<boolean> {
  const info = await unary(client.getAnalyzerInfo.bind(client), emptyMessage());
  const policies: PolicyDescription[] = info.getPoliciesList().map((policy) => ({
    name: policy.getName(),
    level: enforcementLevels[policy.getEnforcementlevel()] ?? "advisory",
    schema: fromStruct(policy.getConfigschema()?.getProperties()),
    required: policy.getConfigschema()?.getRequiredList() ?? [],
  }));
  const initial = new Map(
    info
      .getInitialconfigMap()
      .getEntryList()
      .map(([policy]) => {
        const config = info.getInitialconfigMap().get(policy) as rpc.PolicyConfig;
        return [
          policy,
          { level: enforcementLevels[config.getEnforcementlevel()], properties: fromStruct(config.getProperties()) },
        ];
      }),
  );
  const given = configFile === undefined ? NOTHING_GIVEN : readPolicyConfig(configFile);
  for (const text of unknownPolicies(info.getName(), policies, given.settings)) onLine({ stream: "stderr", text });
  const settings = reconcile(info.getName(), policies, initial, given);
  const request = new rpc.ConfigureAnalyzerRequest();
  for (const [policy, { level, properties }] of settings) {
    const config = new rpc.PolicyConfig();
    config.setEnforcementlevel(enforcementLevels.indexOf(level ?? "advisory") as rpc.EnforcementLevel);
    config.setProperties(toStruct(properties));
    request.getPolicyconfigMap().set(policy, config);
  }
  await unary(client.configure.bind(client), request);
  return [...settings.values()].some(({ level }) => level === "remediate");
}

/** The options of a resource; a pack refuses to judge one without. */
function optionsOf(state: ResourceState, goal: Goal | undefined): rpc.AnalyzerResourceOptions {
  const options = new rpc.AnalyzerResourceOptions();
  options.setProtect(state.protect);
  options.setIgnorechangesList(state.ignoreChanges);
  options.setDeletebeforereplace(goal?.deleteBeforeReplace ?? false);
  options.setDeletebeforereplacedefined(goal?.deleteBeforeReplace !== undefined);
  options.setAdditionalsecretoutputsList(state.additionalSecretOutputs);
  options.setAliasesList(state.aliases);
  options.setParent(state.parent);
  options.setCustomtimeouts(timed(new rpc.AnalyzerResourceOptions.CustomTimeouts(), state.timeouts));
  return options;
}

function violation(found: rpc.AnalyzeDiagnostic): Violation {
  const level = enforcementLevels[found.getEnforcementlevel()] ?? "advisory";
  return {
    policy: found.getPolicyname(),
    pack: found.getPolicypackname(),
    // What could not be remediated counts as mandatory.
    level: level === "remediate" ? "mandatory" : level,
    urn: found.getUrn(),
    message: found.getMessage(),
  };
}
