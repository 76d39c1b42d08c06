import { constructing } from "./construction";
import type * as contract from "./provider";

const noOptions: contract.ConstructOptions = {
  aliases: [],
  dependencies: [],
  providers: {},
  additionalSecretOutputs: [],
  deletedWith: "",
  replaceWith: [],
  ignoreChanges: [],
  replaceOnChanges: [],
  hooks: {},
};

const UNKNOWN_INPUTS =
  "The provider for this resource has inputs that are not known during preview.\n" +
  "This preview may not correctly represent the changes that will be applied during an update.";

/**
 * Stands in for a provider whose configuration is not known at preview, such as that of a cluster that is yet to be made.
 * The real engine does not ask such a provider anything: inputs are taken as they are, and every output is unknown.
 */
export class UnconfiguredProvider implements contract.Provider {
  readonly construct?: NonNullable<contract.Provider["construct"]>;
  readonly call?: NonNullable<contract.Provider["call"]>;

  constructor(
    private readonly provider: contract.Provider,
    private readonly report: contract.ProviderReport,
  ) {
    // Of a component nothing but itself is known then, and nothing of what a method would answer.
    if (provider.construct !== undefined) {
      this.construct = (request) =>
        constructing({ ...request, options: noOptions }, async () => ({ state: {}, stateDependencies: {} }));
    }
    if (provider.call !== undefined) this.call = async () => ({ result: {}, resultDependencies: {}, failures: [] });
  }

  checkConfig(request: contract.CheckRequest): Promise<contract.CheckResult> {
    return this.provider.checkConfig(request);
  }
  diffConfig(request: contract.DiffRequest): Promise<contract.DiffResult> {
    return this.provider.diffConfig(request);
  }
  async configure(): Promise<contract.ConfigureResult> {
    return { acceptSecrets: true, supportsPreview: true, acceptResources: true, acceptOutputs: true };
  }
  async check(request: contract.CheckRequest): Promise<contract.CheckResult> {
    return { inputs: request.news, failures: [] };
  }
  async diff({ urn }: contract.DiffRequest): Promise<contract.DiffResult> {
    this.report("warning", urn, UNKNOWN_INPUTS);
    return { changes: "some", replaces: [], deleteBeforeReplace: false, diffs: [] };
  }
  async create(): Promise<contract.CreateResult> {
    return { id: "", outputs: {} };
  }
  async read(request: contract.ReadRequest): Promise<contract.ReadResult> {
    return { id: request.id, inputs: {}, outputs: {} };
  }
  async update(): Promise<contract.UpdateResult> {
    return { outputs: {} };
  }
  async delete(): Promise<void> {}
  async invoke(): Promise<contract.InvokeResult> {
    return { result: {}, failures: [] };
  }
  close(): Promise<void> {
    return this.provider.close();
  }
}
