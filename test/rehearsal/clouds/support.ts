import { join } from "node:path";
import { type SimulationOptions, simulatedClouds } from "../../../rehearsal/clouds";
import type { DiffResult, Properties, Provider } from "../../../rehearsal/engine/provider";

/** The repository: its SDKs are those that the tests simulate. */
export const ROOT = join(__dirname, "..", "..", "..");

export interface Made {
  type: string;
  urn: string;
  name: string;
  id: string;
  inputs: Properties;
  outputs: Properties;
  out(name: string): string;
}

/** One provider of a simulated cloud, and the short way to use it: what the engine does, without an engine. */
export class Bench {
  readonly made: Made[] = [];
  private count = 0;

  constructor(
    readonly provider: Provider,
    readonly source: ReturnType<typeof simulatedClouds>,
  ) {}

  static async open(pkg: string, config: Properties, options: Partial<SimulationOptions> = {}): Promise<Bench> {
    return Bench.in(simulatedClouds({ moduleRoots: [ROOT], ...options }), pkg, config);
  }

  /** Another provider of the same world. */
  static async in(source: ReturnType<typeof simulatedClouds>, pkg: string, config: Properties): Promise<Bench> {
    const provider = (await source.open(pkg, ""))!;
    await provider.configure({ urn: `urn:pulumi:t::p::pulumi:providers:${pkg}::p`, name: "p", inputs: config });
    return new Bench(provider, source);
  }

  identity(type: string, name: string) {
    return { urn: `urn:pulumi:t::p::${type}::${name}`, type, name };
  }

  /** Check and create. @throws Error with every failure. */
  async make(type: string, inputs: Properties, name = `r${++this.count}`): Promise<Made> {
    const identity = this.identity(type, name);
    const checked = await this.provider.check({ ...identity, olds: {}, news: inputs, randomSeed: "seed" });
    if (checked.failures.length > 0)
      throw new Error(checked.failures.map((f) => `${f.property}: ${f.reason}`).join("\n"));
    const created = await this.provider.create({
      ...identity,
      inputs: checked.inputs,
      preview: false,
      timeoutSeconds: 0,
    });
    const made: Made = { ...identity, ...created, inputs: checked.inputs, out: (key) => String(created.outputs[key]) };
    this.made.push(made);
    return made;
  }

  /** What the cloud says against it; empty when it takes it. */
  async refusal(type: string, inputs: Properties, name?: string): Promise<string> {
    try {
      await this.make(type, inputs, name);
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  }

  async diff(made: Made, news: Properties): Promise<DiffResult> {
    const { urn, type, name, id, inputs, outputs } = made;
    const checked = await this.provider.check({ urn, type, name, olds: inputs, news, randomSeed: "another seed" });
    if (checked.failures.length > 0) throw new Error(JSON.stringify(checked.failures));
    return this.provider.diff({
      urn,
      type,
      name,
      id,
      oldInputs: inputs,
      oldOutputs: outputs,
      news: checked.inputs,
      ignoreChanges: [],
    });
  }

  async update(made: Made, news: Properties, preview = false): Promise<Properties> {
    const { urn, type, name, id, inputs, outputs } = made;
    const request = {
      urn,
      type,
      name,
      id,
      oldInputs: inputs,
      oldOutputs: outputs,
      ignoreChanges: [],
      timeoutSeconds: 0,
    };
    const checked = await this.provider.check({ urn, type, name, olds: inputs, news, randomSeed: "seed" });
    return (await this.provider.update({ ...request, news: checked.inputs, preview })).outputs;
  }

  async remove(made: Made): Promise<void> {
    const { urn, type, name, id, inputs, outputs } = made;
    await this.provider.delete({ urn, type, name, id, inputs, outputs, timeoutSeconds: 0 });
  }
}
