import { checkProvider } from "../../clouds/configuration";
import { genericCloud } from "../../clouds/generic";
import type { SdkPackage } from "../../clouds/sdk/package";
import { plain } from "../../clouds/wire";
import type * as contract from "../../engine/provider";
import { lasting, lenient } from "../lenient";
import { Awaits } from "./awaits";
import { capabilitiesOf } from "./capabilities";
import { checkObject } from "./check";
import { constructComponent } from "./components";
import { Connection } from "./connection";
import { createObject, recoverObject } from "./create";
import { diffObject } from "./diff";
import { invokeFunction } from "./invokes";
import { Kinds } from "./kinds";
import { askInFolder, kubeconfigText, readKubeconfig } from "./kubeconfig";
import { annotation, type KubeObject, kindOfToken, tokenOf, toObject } from "./objects";
import type { Operating } from "./operation";
import { readObject } from "./read";
import { checkSettings, withoutEffect } from "./refusals";
import { RELEASE, type ReleaseAccess, type Releases, type ReleasesFactory } from "./releases";
import { removeObject } from "./remove";
import { removedFrom } from "./removedApis";
import { diffSettings, type Settings, settingsOf } from "./settings";
import type { Capabilities, Templates } from "./templates";
import { Unreachable } from "./unreachable";
import { unreadyReplaces } from "./unready";
import { updateObject } from "./update";

/** What a provider is made with, beside what its program says. */
export interface ProviderSetting {
  sdk: SdkPackage;
  /** The program's folder. */
  directory: string;
  /** See `KubernetesSourceOptions`. */
  kubeconfigOf: (config: contract.Properties) => string | undefined;
  releases: ReleasesFactory | undefined;
  templates: Templates | undefined;
  lenientWebhooks: boolean;
  patienceSeconds: number | undefined;
  report: contract.ProviderReport;
}

/** One provider resource of the package `kubernetes`, against a real API server. */
export class ClusterProvider implements contract.Provider {
  private readonly kinds: Kinds;
  private settings: Settings = settingsOf({});
  private access: ReleaseAccess = { kubeconfig: "", namespace: "default" };
  private operating: Operating | undefined;
  private unreachable: Unreachable | undefined;
  private installer: Releases | undefined;

  constructor(private readonly setting: ProviderSetting) {
    this.kinds = new Kinds(setting.sdk, () => this.operating?.connection);
  }

  async checkConfig(request: contract.CheckRequest): Promise<contract.CheckResult> {
    const { inputs, failures } = checkProvider(request, this.setting.sdk, genericCloud("kubernetes"));
    return { inputs, failures: [...failures, ...checkSettings(request.news)] };
  }

  diffConfig(request: contract.DiffRequest): Promise<contract.DiffResult> {
    return diffSettings(request);
  }

  /** Connects; a cluster that cannot be reached is no error until something has to be done there. */
  async configure({ inputs, urn }: contract.ConfigureRequest): Promise<contract.ConfigureResult> {
    const config = plain(inputs) as contract.Properties;
    this.settings = settingsOf(config);
    for (const told of withoutEffect(config)) this.setting.report("info", urn, told);
    try {
      this.operating = await this.connect(config);
    } catch (error) {
      this.unreachable = new Unreachable((error as Error).message, this.settings, this.setting.report);
    }
    return { acceptSecrets: true, supportsPreview: true, acceptResources: false, acceptOutputs: false };
  }

  private async connect(config: contract.Properties): Promise<Operating> {
    const { directory, kubeconfigOf } = this.setting;
    const given = kubeconfigOf(config) ?? kubeconfigText(config);
    const found = await readKubeconfig(given, this.settings.selection);
    askInFolder(found.config, directory);
    const { report, patienceSeconds } = this.setting;
    const { helmDriver: driver } = this.settings;
    this.access = { kubeconfig: found.text, namespace: found.namespace, driver, patienceSeconds, report };
    const connection = await Connection.open(found.config, this.settings.timeoutSeconds, this.asSent);
    await connection.probe().catch((error: Error) => {
      throw new Error(`unable to load schema information from the API server: ${error.message}`);
    });
    const awaits = new Awaits(connection, report, patienceSeconds);
    return { connection, kinds: this.kinds, settings: this.settings, awaits, warn: this.warn };
  }

  /** What is sent to sites where nothing runs; who waits for so long only looks at the pods afterwards. */
  private readonly asSent = (object: KubeObject): KubeObject => {
    const { lenientWebhooks, patienceSeconds } = this.setting;
    const kept = patienceSeconds === undefined ? object : lasting(object);
    return lenientWebhooks ? lenient(kept) : kept;
  };

  private readonly warn = (urn: string, message: string): void => this.setting.report("warning", urn, message);

  /** Whoever installs charts. @throws Error when nobody does. */
  private releases(): Releases {
    const { releases } = this.setting;
    if (releases === undefined) throw new Error(`cannot rehearse: ${RELEASE}: nothing here installs charts`);
    this.installer ??= releases(this.access);
    return this.installer;
  }

  private reachable(type: string, verb: "create" | "update" | "delete"): Operating {
    if (this.operating !== undefined) return this.operating;
    const unreachable = this.unreachable as Unreachable;
    return type === RELEASE ? unreachable.refuseRelease(verb) : unreachable.refuse();
  }

  async check(request: contract.CheckRequest): Promise<contract.CheckResult> {
    const skipped = this.unreachable?.check(request);
    if (skipped !== undefined) return skipped;
    if (request.type === RELEASE) return this.releases().check(request);
    if (annotation(toObject(request.news), "autonamed") !== "") {
      this.warn(request.urn, 'ignoring user-specified value for internal annotation "pulumi.com/autonamed"');
    }
    const removed = await removedFrom(this.operating?.connection, kindOfToken(request.type));
    if (removed !== undefined) this.warn(request.urn, removed);
    return checkObject(request, this.kinds, this.access.namespace);
  }

  async diff(request: contract.DiffRequest): Promise<contract.DiffResult> {
    if (request.type === RELEASE) return this.releases().diff(request);
    const unready = await unreadyReplaces(request, this.operating?.connection, this.warn);
    return diffObject(request, this.kinds, this.settings, unready);
  }

  async create(request: contract.CreateRequest): Promise<contract.CreateResult> {
    if (request.preview && this.operating === undefined) return { id: "", outputs: request.inputs };
    const operating = this.reachable(request.type, "create");
    return request.type === RELEASE ? this.releases().create(request) : createObject(request, operating);
  }

  async recover(request: contract.CreateRequest): Promise<contract.CreateResult | "nothing" | undefined> {
    if (this.operating === undefined || request.type === RELEASE) return undefined;
    return recoverObject(request, this.operating);
  }

  async read(request: contract.ReadRequest): Promise<contract.ReadResult> {
    if (this.operating === undefined) return (this.unreachable as Unreachable).read(request);
    return request.type === RELEASE ? this.releases().read(request) : readObject(request, this.operating);
  }

  async update(request: contract.UpdateRequest): Promise<contract.UpdateResult> {
    if (request.preview && this.operating === undefined) return { outputs: request.news };
    const operating = this.reachable(request.type, "update");
    return request.type === RELEASE ? this.releases().update(request) : updateObject(request, operating);
  }

  async delete(request: contract.DeleteRequest): Promise<void> {
    if (request.type === RELEASE) {
      this.reachable(RELEASE, "delete");
      return this.releases().delete(request);
    }
    if (this.operating === undefined) return (this.unreachable as Unreachable).remove(request);
    return removeObject(request, this.operating);
  }

  invoke(request: contract.InvokeRequest): Promise<contract.InvokeResult> {
    return invokeFunction(request, {
      isNamespaced: (object) => this.kinds.isNamespaced(tokenOf(object), object),
      capabilities: () => this.capabilities(),
      templates: this.setting.templates,
    });
  }

  /** What the cluster says of itself; undefined when it cannot be reached. */
  private async capabilities(): Promise<Capabilities | undefined> {
    return this.operating && capabilitiesOf(this.operating.connection);
  }

  async construct(request: contract.ConstructRequest): Promise<contract.ConstructResult> {
    if (this.operating === undefined) return (this.unreachable as Unreachable).refuse();
    return constructComponent(request, {
      version: this.setting.sdk.version,
      defaultNamespace: this.access.namespace,
      isNamespaced: (type, object) => this.kinds.scope(type, object),
      templates: this.setting.templates,
      capabilities: () => this.capabilities(),
      kubeconfig: this.access.kubeconfig,
    });
  }

  async close(): Promise<void> {
    this.operating?.connection.close();
  }
}
