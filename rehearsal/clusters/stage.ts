import type { FleetPlan } from "../../lib/plan/plan";
import type { RealClusters } from "../clouds";
import { targetOf } from "../clouds/kubernetes/kubeconfig";
import { text } from "../clouds/wire";
import type { Properties, ProviderSource } from "../engine/provider";
import { LOCAL_TOKENS } from "../token/local";
import { UserError } from "../userError";
import { type LocalSite, type LocalSites, type LocalSitesOptions, localSites } from "./sites";
import { type Provisioning, provideVolumes } from "./volumes";

/** Makes the providers of package `kubernetes` that act on real API servers. */
export type KubernetesSource = (kubeconfigOf: (config: Properties) => string) => Promise<ProviderSource>;

/**
 * The sites of a program on this machine. A program's plan is known only after its first preview, for which its clusters
 * are simulated; from `start` on they are real, and everything of package `kubernetes` happens in them.
 */
export class SiteStage {
  #fleet: { readonly plan: FleetPlan; readonly local: LocalSites } | undefined;
  #real: Promise<ProviderSource> | undefined;
  #volumes: readonly Provisioning[] = [];

  constructor(private readonly kubernetes: KubernetesSource) {}

  /** What the simulated clouds hand out as address and authority of their clusters. */
  readonly realClusters: RealClusters = ({ kind, name, region }) => {
    const planned = this.#fleet?.plan.sites.find((site) => site.name === name && site.kind === kind);
    if (planned === undefined || (region !== undefined && region !== planned.region)) return undefined;
    const site = this.#fleet?.local.sites[name];
    return site && { address: new URL(site.endpoint).host, caPem: site.caPem };
  };

  /** Whether the sites run, and everything of package `kubernetes` is to happen in them. */
  get isStarted(): boolean {
    return this.#fleet !== undefined;
  }

  /** The clouds, with real clusters in them as soon as there are some. */
  over(clouds: ProviderSource): ProviderSource {
    const isReal = (pkg: string) => pkg === "kubernetes" && this.isStarted;
    return {
      open: async (...asked) => (isReal(asked[0]) ? await this.#source() : clouds).open(...asked),
      fidelity: (type) => (isReal(type.split(":")[0] ?? "") ? undefined : clouds.fidelity(type)),
    };
  }

  /**
   * Starts the sites of a plan. While they run, `multisite token` answers for them, in whatever process.
   * @throws UserError that names the site, when one cannot start; Interrupted.
   */
  async start(plan: FleetPlan, options: LocalSitesOptions): Promise<LocalSites> {
    const local = await localSites(plan, options);
    this.#fleet = { plan, local };
    process.env[LOCAL_TOKENS] = local.tokensFile;
    this.#volumes = await Promise.all(Object.values(local.sites).map(provideVolumes));
    return local;
  }

  async close(): Promise<void> {
    delete process.env[LOCAL_TOKENS];
    for (const volumes of this.#volumes) volumes.close();
    await this.#fleet?.local.close();
    this.#fleet = undefined;
  }

  #source(): Promise<ProviderSource> {
    this.#real ??= this.kubernetes((config) => this.kubeconfigOf(config));
    return this.#real;
  }

  /**
   * The kubeconfig by which a provider reaches its site: its own, where it has all that a site on this machine asks for.
   * @throws UserError for a provider that leads anywhere else: a rehearsal touches no cluster that it did not start.
   */
  kubeconfigOf(config: Properties): string {
    const { plan, local } = this.#fleet!;
    const identity = config.clusterIdentifier;
    const existing = plan.sites.find(({ spec }) => spec.kind === "existing" && spec.identity === identity);
    if (existing !== undefined) return siteOf(local, existing.name).kubeconfig;
    const file = text(config, "kubeconfig") ?? "";
    const cluster = targetOf(config)?.cluster;
    const server = text(cluster, "server");
    const site = Object.values(local.sites).find(({ endpoint }) => endpoint === server);
    if (site === undefined) {
      throw new UserError(
        `cannot rehearse: a Kubernetes provider leads to ${server ?? "whatever kubectl is set to"}, which is no site of the fleet. ` +
          "Use that of a site (fleet.sites.NAME.kubernetes), or give yours the site's kubeconfig and, where the cluster is an " +
          "existing one, its identity as clusterIdentifier; or rehearse without --clusters.",
      );
    }
    // GKE's DNS endpoint shows a certificate of a public authority, so such a kubeconfig names none.
    return text(cluster, "certificate-authority-data") === undefined ? site.kubeconfig : file;
  }
}

function siteOf({ sites }: LocalSites, name: string): LocalSite {
  const site = sites[name];
  if (site === undefined) throw new UserError(`Site ${name} does not run on this machine: its state is lost.`);
  return site;
}
