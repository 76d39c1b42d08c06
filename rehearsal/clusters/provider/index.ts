import { SdkPackage } from "../../clouds/sdk/package";
import type { Properties, ProviderReport, ProviderSource } from "../../engine/provider";
import { UserError } from "../../userError";
import { ClusterProvider } from "./provider";
import type { ReleasesFactory } from "./releases";
import type { Templates } from "./templates";

export { RELEASE, type ReleaseAccess, type Releases, type ReleasesFactory } from "./releases";

/** Options of {@link kubernetesSource}. */
export interface KubernetesSourceOptions {
  /** Folders in which `node_modules` are looked for, each with all folders above it; the program's own first. */
  moduleRoots: readonly string[];
  /**
   * The kubeconfig, as text or path, of the cluster that a provider's inputs (secrets in clear) are to lead to.
   * @default what the inputs say
   */
  kubeconfigOf?: (config: Properties) => string | undefined;
  /** Makes whoever installs charts. @default nobody does: `helm.v3.Release` is refused */
  releases?: ReleasesFactory;
  /** Renders charts and builds kustomizations. @default nobody does: `helm.v3.Chart` and `kustomize.Directory` are refused */
  templates?: Templates;
  /** Webhooks behind Services refuse nothing while they do not answer: where no pod runs anything. @default false */
  lenientWebhooks?: boolean;
  /**
   * Seconds for which an object is waited for: what is not ready then counts as made, and a notice says what it lacks.
   * @default as long as the program allows, and then it has failed
   */
  patienceSeconds?: number | undefined;
}

/**
 * The package `kubernetes` against real API servers, as the real provider deals with them: server-side apply, dry runs for
 * previews, and waiting for what is made. It answers for no other package.
 */
export function kubernetesSource(options: KubernetesSourceOptions): ProviderSource {
  let sdk: SdkPackage | undefined;
  return {
    async open(pkg: string, _version: string, report: ProviderReport = () => undefined) {
      if (pkg !== "kubernetes") return undefined;
      sdk ??= SdkPackage.open(pkg, options.moduleRoots);
      if (sdk === undefined) {
        throw new UserError("cannot rehearse: the package kubernetes: @pulumi/kubernetes is not installed");
      }
      return new ClusterProvider({
        sdk,
        directory: options.moduleRoots[0] ?? ".",
        kubeconfigOf: options.kubeconfigOf ?? (() => undefined),
        releases: options.releases,
        templates: options.templates,
        lenientWebhooks: options.lenientWebhooks ?? false,
        patienceSeconds: options.patienceSeconds,
        report,
      });
    },
    fidelity: (type) => (type.startsWith("kubernetes:") ? "modelled" : undefined),
  };
}
