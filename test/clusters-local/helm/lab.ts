import { RELEASE, type Releases } from "../../../rehearsal/clusters/provider";
import type { CreateResult, DiffResult, Properties, UpdateResult } from "../../../rehearsal/engine/provider";

/** Drives a release as the engine does, and remembers its state. */
export class ReleaseLab {
  id = "";
  inputs: Properties = {};
  outputs: Properties = {};

  constructor(
    private readonly releases: Releases,
    private readonly name: string,
  ) {}

  private get identity() {
    return { urn: `urn:pulumi:dev::case::${RELEASE}::${this.name}`, type: RELEASE, name: this.name };
  }

  /** @returns the inputs that are to be sent. @throws Error with what is refused. */
  async check(news: Properties): Promise<Properties> {
    const request = { ...this.identity, olds: this.inputs, news, randomSeed: "seed" };
    const { inputs, failures } = await this.releases.check(request);
    if (failures.length > 0)
      throw new Error(failures.map(({ property, reason }) => `${property}: ${reason}`).join("\n"));
    return inputs;
  }

  diff(inputs: Properties, ignoreChanges: string[] = []): Promise<DiffResult> {
    const { id, inputs: oldInputs, outputs: oldOutputs } = this;
    return this.releases.diff({ ...this.identity, id, oldInputs, oldOutputs, news: inputs, ignoreChanges });
  }

  preview(inputs: Properties): Promise<CreateResult> {
    return this.releases.create({ ...this.identity, inputs, preview: true, timeoutSeconds: 0 });
  }

  /** Creates, updates, or finds that nothing is to be done. */
  async up(news: Properties): Promise<"create" | "update" | "same"> {
    const inputs = await this.check(news);
    if (this.id === "") {
      const made = await this.releases.create({ ...this.identity, inputs, preview: false, timeoutSeconds: 0 });
      Object.assign(this, { id: made.id, inputs, outputs: made.outputs });
      return "create";
    }
    if ((await this.diff(inputs)).changes === "none") return "same";
    const { outputs } = await this.update(inputs);
    Object.assign(this, { inputs, outputs });
    return "update";
  }

  update(news: Properties): Promise<UpdateResult> {
    const { id, inputs: oldInputs, outputs: oldOutputs } = this;
    const request = { ...this.identity, id, oldInputs, oldOutputs, news, ignoreChanges: [] };
    return this.releases.update({ ...request, preview: false, timeoutSeconds: 0 });
  }

  /** @returns false when it is gone. */
  async refresh(): Promise<boolean> {
    const { id, inputs, outputs } = this;
    const read = await this.releases.read({ ...this.identity, id, inputs, outputs, timeoutSeconds: 0 });
    Object.assign(this, read);
    return read.id !== "";
  }

  async down(): Promise<void> {
    const { id, inputs, outputs } = this;
    await this.releases.delete({ ...this.identity, id, inputs, outputs, timeoutSeconds: 0 });
    Object.assign(this, { id: "", inputs: {}, outputs: {} });
  }
}
