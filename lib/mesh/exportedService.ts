import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import type { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { ciliumVersionAt, clustersetName, type ExportedMetadata, type MeshPlan, serviceExport } from "../plan/mesh";

/** What an `ExportedService` is made of. */
export interface ExportedServiceArgs {
  /** The sites that export it: those of the fleet, or some. A Service of this name must be in each. */
  readonly sites: Readonly<Record<string, { readonly kubernetes: Provider }>>;
  /** The mesh that the sites are in: `fleet.plan.mesh`. Without one, or with the implementation `none`, nothing is exported. */
  readonly mesh: MeshPlan | undefined;
  /** Namespace of the Service. Sites that import it must have it too. @default "default" */
  readonly namespace?: string;
  /** Labels and annotations that every site sees. @default none */
  readonly exported?: ExportedMetadata;
}

/**
 * A Service that somebody else made, such as a chart, exported from several sites by the Multi-Cluster Services API: in every
 * site of the mesh that has its namespace it can be called by `hostname`.
 */
export class ExportedService extends pulumi.ComponentResource {
  static readonly __pulumiType = "multisite:index:ExportedService";

  /** The name in every site: `NAME.NAMESPACE.svc.clusterset.local`. */
  readonly hostname: string;

  /** @param name name of the Service, in every site. */
  constructor(name: string, args: ExportedServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace = "default", mesh, exported } = args;
    super(ExportedService.__pulumiType, name, { namespace, sites: Object.keys(args.sites) }, opts);
    this.hostname = clustersetName({ name, namespace });
    for (const [site, { kubernetes }] of Object.entries(args.sites)) {
      exportFrom(site, { name, namespace }, mesh, exported, { parent: this, provider: kubernetes });
    }
    this.registerOutputs({ hostname: this.hostname });
  }
}

/** The export of one site; nothing where there is no mesh. */
export function exportFrom(
  site: string,
  service: { readonly name: string; readonly namespace: string },
  mesh: MeshPlan | undefined,
  exported: ExportedMetadata | undefined,
  options: pulumi.CustomResourceOptions,
): void {
  if (mesh?.implementation !== "cilium") return;
  const object = serviceExport(service, ciliumVersionAt(mesh, site), exported);
  new CustomResource(`${service.name}-${site}-export`, object, options);
}
