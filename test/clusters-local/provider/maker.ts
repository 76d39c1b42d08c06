import assert from "node:assert/strict";
import { kubernetesSource } from "../../../rehearsal/clusters/provider";
import type { CreateResult, PartialFailure, Properties, Provider } from "../../../rehearsal/engine/provider";
import { ROOT } from "../../rehearsal/clouds/support";

/** How one creation ended, with all that was said about the resource. */
export interface Made extends CreateResult {
  inputs: Properties;
  said: string;
}

/** What programs do with resources, one at a time. */
export class Maker {
  readonly told: { urn: string; message: string }[] = [];
  /** What was missing while something was waited for. */
  readonly statuses: { urn: string; message: string }[] = [];
  provider!: Provider;

  async open(kubeconfig: string): Promise<void> {
    const source = kubernetesSource({ moduleRoots: [ROOT] });
    const hear = (severity: string, urn: string, message: string) =>
      (severity === "status" ? this.statuses : this.told).push({ urn, message });
    this.provider = (await source.open("kubernetes", "", hear))!;
    const urn = "urn:pulumi:t::p::pulumi:providers:kubernetes::p";
    await this.provider.configure({ urn, name: "p", inputs: { kubeconfig } });
  }

  identity(type: string, { metadata }: Properties) {
    const { name } = metadata as { name: string };
    return { type: `kubernetes:${type}`, name, urn: `urn:pulumi:t::p::kubernetes:${type}::${name}` };
  }

  said(urn: string): string {
    return this.told
      .filter((each) => each.urn === urn)
      .map(({ message }) => message)
      .join("\n");
  }

  /** @param timeoutSeconds as of `customTimeouts`; 0 for none. */
  async make(type: string, given: Properties, timeoutSeconds = 0): Promise<Made> {
    const identity = this.identity(type, given);
    const [, kind] = type.split(":");
    const news = { apiVersion: type.split(":")[0]!.replace(/^core\//, ""), kind, ...given };
    const { inputs } = await this.provider.check({ ...identity, olds: {}, news, randomSeed: "" });
    try {
      const made = await this.provider.create({ ...identity, inputs, preview: false, timeoutSeconds });
      return { ...made, inputs, said: this.said(identity.urn) };
    } catch (error) {
      const { id, outputs, message } = error as PartialFailure;
      assert.ok(outputs !== undefined, `${identity.urn}: ${message}`);
      return { id, outputs, inputs, said: `${message}\n${this.said(identity.urn)}` };
    }
  }

  async remove(type: string, given: Properties, { id, inputs, outputs }: Made): Promise<void> {
    await this.provider.delete({ ...this.identity(type, given), id, inputs, outputs, timeoutSeconds: 0 });
  }
}
