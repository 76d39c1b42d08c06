import type { Templates } from "../clusters/provider/templates";
import type { Fidelity, Properties, Provider, ProviderSource } from "../engine/provider";
import { aws } from "./aws";
import { azure } from "./azure";
import { gcp } from "./gcp";
import { genericCloud } from "./generic";
import { kubernetes } from "./kubernetes";
import type { Cloud } from "./model";
import { random } from "./random";
import type { RealClusters } from "./realClusters";
import { SdkPackage } from "./sdk/package";
import { SimulatedProvider, schemaOf } from "./simulatedProvider";
import { tls } from "./tls";
import { World } from "./world";

/** A resource that exists before the rehearsal begins: a line of the engine's state. */
export interface ExistingResource {
  urn: string;
  /** Type token. */
  type: string;
  id: string;
  inputs: Properties;
  outputs: Properties;
  /** Inputs of the provider resource that made it: they say whose cloud it is in. */
  provider: Properties;
}

/** Options of {@link simulatedClouds}. */
export interface SimulationOptions {
  /** Folders in which `node_modules` are looked for, each with all folders above it; the program's own first. */
  moduleRoots: readonly string[];
  /** Ids depend on it and on URNs only: equal seeds give equal clouds. @default "rehearsal" */
  seed?: string;
  /** What exists already, in the order of the state: what something refers to comes first. @default nothing */
  state?: readonly ExistingResource[];
  /**
   * Ids, ARNs and names of things that exist outside the program and that it names without reading them, such as a network
   * that a team is given. References to them are taken on trust. @default none
   */
  existing?: readonly string[];
  /** API servers that are real behind clusters that are simulated: their address and authority are handed out. @default none */
  realClusters?: RealClusters;
  /** Renders charts and builds kustomizations. @default nobody does: `helm.v3.Chart` and its like are refused */
  templates?: Templates;
}

const CLOUDS: readonly Cloud[] = [aws, gcp, azure, kubernetes, tls, random];

/**
 * Simulated clouds for every package of generated SDK code that the program has installed. All providers of one source
 * share one world: two providers of one account and region see the same things.
 */
export function simulatedClouds(options: SimulationOptions): ProviderSource {
  const world = new World(new Set(options.existing ?? []), options.realClusters);
  const seed = options.seed ?? "rehearsal";
  const packages = new Map<string, SdkPackage | undefined>();
  const installed = (name: string): SdkPackage | undefined => {
    if (!packages.has(name)) packages.set(name, SdkPackage.open(name, options.moduleRoots));
    return packages.get(name);
  };
  const cloud = (name: string) => CLOUDS.find((known) => known.name === name) ?? genericCloud(name);
  const open = (name: string): SimulatedProvider | undefined => {
    const sdk = installed(name);
    return sdk === undefined ? undefined : new SimulatedProvider(sdk, cloud(name), world, seed, options.templates);
  };
  let isRestored = (options.state ?? []).length === 0;
  const restore = async () => {
    if (isRestored) return;
    isRestored = true;
    await restoreWorld(options.state ?? [], open);
  };
  return {
    async open(pkg: string): Promise<Provider | undefined> {
      await restore();
      return open(pkg);
    },
    fidelity(type: string): Fidelity | undefined {
      const name = type.split(":")[0] ?? "";
      const sdk = installed(name);
      if (sdk === undefined || schemaOf(sdk, cloud(name), type) === undefined) return undefined;
      return cloud(name).model(type) === undefined ? "shape-only" : "modelled";
    },
  };
}

/** Tells the world of what the engine's state knows; one provider for each different set of provider inputs. */
async function restoreWorld(
  state: readonly ExistingResource[],
  open: (name: string) => SimulatedProvider | undefined,
): Promise<void> {
  const providers = new Map<string, SimulatedProvider | undefined>();
  for (const resource of state) {
    const name = resource.type.split(":")[0] ?? "";
    const key = `${name} ${JSON.stringify(resource.provider)}`;
    if (!providers.has(key)) {
      const provider = open(name);
      await provider?.configure({ urn: "", name: "", inputs: resource.provider });
      providers.set(key, provider);
    }
    providers.get(key)?.restore(resource);
  }
}

export { type HostedPlugins, type PluginHost, type PluginPackage, type PluginServer, writePlugins } from "./plugin";
export type { RealCluster, RealClusters, SimulatedCluster } from "./realClusters";
