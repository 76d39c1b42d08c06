import { type ChildProcess, spawn } from "node:child_process";
import * as path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

/** A resource as an engine sends it to a policy pack. */
export interface SentResource {
  readonly type: string;
  readonly name: string;
  readonly urn?: string;
  /** Inputs for `analyze`, outputs for `analyzeStack`, in the SDK's wire form. */
  readonly props?: object;
  readonly parent?: string;
  readonly provider?: { readonly urn: string; readonly type: string; readonly name: string; readonly props: object };
  readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>;
  readonly ignoreChanges?: readonly string[];
}

export interface Diagnostic {
  readonly policy: string;
  readonly level: string;
  readonly message: string;
  readonly urn: string;
}

const LEVELS = ["advisory", "mandatory", "disabled", "remediate"] as const;
export type Level = (typeof LEVELS)[number];

/** Levels and settings by policy, as a file of `--policy-pack-config` has them. */
export type PackConfig = Readonly<Record<string, { readonly level?: Level; readonly settings?: object }>>;

export function urnOf(type: string, name: string): string {
  return `urn:pulumi:dev::test::${type}::${name}`;
}

/** A policy pack in a process of its own, spoken to over the protocol that Pulumi's engine uses. */
export class PackProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly client: AnalyzerClient,
  ) {}

  /**
   * @param dir the folder of the pack.
   * @param env variables beside those of this process.
   */
  static async start(dir: string, env: Readonly<Record<string, string>> = {}): Promise<PackProcess> {
    const script = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
    const child = spawn(process.execPath, [script, "127.0.0.1:0", "."], {
      cwd: path.resolve(dir),
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
    });
    const port = await portOf(child);
    const size = 400 * 1024 * 1024;
    const limits = { "grpc.max_receive_message_length": size, "grpc.max_send_message_length": size };
    return new PackProcess(child, new AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), limits));
  }

  /** Process id. */
  get pid(): number {
    return this.child.pid ?? 0;
  }

  async info(): Promise<rpc.AnalyzerInfo.AsObject> {
    const info = await new Promise<rpc.AnalyzerInfo>((resolve, reject) =>
      this.client.getAnalyzerInfo(new Empty(), (error, found) => (error ? reject(error) : resolve(found))),
    );
    return info.toObject();
  }

  /** Tells every policy its settings; those that `config` does not name keep the level that they declare. */
  async configure(config: PackConfig = {}): Promise<void> {
    const request = new rpc.ConfigureAnalyzerRequest();
    const { policiesList } = await this.info();
    for (const { name, enforcementlevel } of policiesList) {
      const { level, settings = {} } = config[name] ?? {};
      const one = new rpc.PolicyConfig();
      one.setEnforcementlevel(
        level === undefined ? enforcementlevel : (LEVELS.indexOf(level) as typeof enforcementlevel),
      );
      one.setProperties(struct(settings));
      request.getPolicyconfigMap().set(name, one);
    }
    await new Promise<void>((resolve, reject) =>
      this.client.configure(request, (error) => (error ? reject(error) : resolve())),
    );
  }

  analyze(resource: SentResource): Promise<Diagnostic[]> {
    return this.send(analyzeRequest(resource));
  }

  send(request: rpc.AnalyzeRequest): Promise<Diagnostic[]> {
    return new Promise((resolve, reject) =>
      this.client.analyze(request, (error, response) => (error ? reject(error) : resolve(diagnostics(response)))),
    );
  }

  analyzeStack(resources: readonly SentResource[]): Promise<Diagnostic[]> {
    return this.sendStack(stackRequest(resources));
  }

  sendStack(request: rpc.AnalyzeStackRequest): Promise<Diagnostic[]> {
    return new Promise((resolve, reject) =>
      this.client.analyzeStack(request, (error, response) => (error ? reject(error) : resolve(diagnostics(response)))),
    );
  }

  async stop(): Promise<void> {
    this.client.close();
    const exited = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill();
    await exited;
  }
}

export function analyzeRequest(resource: SentResource): rpc.AnalyzeRequest {
  return described(new rpc.AnalyzeRequest(), resource);
}

export function stackRequest(resources: readonly SentResource[]): rpc.AnalyzeStackRequest {
  const request = new rpc.AnalyzeStackRequest();
  request.setResourcesList(
    resources.map((resource) => {
      const message = described(new rpc.AnalyzerResource(), resource);
      message.setParent(resource.parent ?? "");
      for (const [property, urns] of Object.entries(resource.propertyDependencies ?? {})) {
        // Engines leave out properties that were made from no other resource.
        if (urns.length === 0) continue;
        const dependencies = new rpc.AnalyzerPropertyDependencies();
        dependencies.setUrnsList([...urns]);
        message.getPropertydependenciesMap().set(property, dependencies);
      }
      return message;
    }),
  );
  return request;
}

function described<T extends rpc.AnalyzeRequest | rpc.AnalyzerResource>(message: T, resource: SentResource): T {
  message.setType(resource.type);
  message.setName(resource.name);
  message.setUrn(resource.urn ?? urnOf(resource.type, resource.name));
  message.setProperties(struct(resource.props ?? {}));
  const options = new rpc.AnalyzerResourceOptions();
  options.setIgnorechangesList([...(resource.ignoreChanges ?? [])]);
  if (resource.parent !== undefined) options.setParent(resource.parent);
  message.setOptions(options);
  if (resource.provider !== undefined) {
    const provider = new rpc.AnalyzerProviderResource();
    provider.setUrn(resource.provider.urn);
    provider.setType(resource.provider.type);
    provider.setName(resource.provider.name);
    provider.setProperties(struct(resource.provider.props));
    message.setProvider(provider);
  }
  return message;
}

function struct(value: object): Struct {
  return Struct.fromJavaScript(value as { [key: string]: JavaScriptValue });
}

function diagnostics(response: rpc.AnalyzeResponse): Diagnostic[] {
  return response.getDiagnosticsList().map((found) => ({
    policy: found.getPolicyname(),
    level: LEVELS[found.getEnforcementlevel()] ?? "advisory",
    message: found.getMessage(),
    urn: found.getUrn(),
  }));
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let errors = "";
    child.stderr?.on("data", (data) => {
      errors += String(data);
    });
    child.stdout?.once("data", (data) => resolve(Number(String(data).trim())));
    child.once("exit", (code) => reject(new Error(`the pack ended with ${code}: ${errors}`)));
  });
}
