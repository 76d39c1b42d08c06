import { Service } from "@pulumi/kubernetes/core/v1/service";
import type { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { type MeshPlan, meshOf, type ServiceSharing } from "../plan/mesh";
import { exportFrom } from "./exportedService";

/** A port of a Service. */
export interface ServicePort {
  /** 1 to 65535. */
  readonly port: number;
  /** Port of the pods, by number or by name. @default that of `port` */
  readonly targetPort?: number | string;
  /** Needed where there are several. */
  readonly name?: string;
  /** @default "TCP" */
  readonly protocol?: "TCP" | "UDP" | "SCTP";
}

/** What a `GlobalService` is made of. */
export interface GlobalServiceArgs extends ServiceSharing {
  /** The sites that have the Service: those of the fleet, or some. */
  readonly sites: Readonly<Record<string, { readonly kubernetes: Provider }>>;
  /** The mesh that the sites are in: `fleet.plan.mesh`. Without one each site has a Service of its own. */
  readonly mesh: MeshPlan | undefined;
  /** Namespace, the same in each site: sites share by name and namespace. It must exist. @default "default" */
  readonly namespace?: string;
  /** Labels of the pods. */
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: readonly ServicePort[];
  /**
   * Also exports it by the Multi-Cluster Services API: `NAME.NAMESPACE.svc.clusterset.local` is then the Service of all
   * sites, where a site's DNS serves that domain. @default false
   */
  readonly exported?: boolean;
}

/**
 * One Service with backends in several sites: in each, a Service of the same name and namespace that its mesh shares with
 * the others. Its own site answers as long as a backend is ready there.
 */
export class GlobalService extends pulumi.ComponentResource {
  static readonly __pulumiType = "multisite:index:GlobalService";

  /** The Services by their sites. */
  readonly services: { readonly [site: string]: Service };

  /** @param name name of the Service, in every site. */
  constructor(name: string, args: GlobalServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace = "default", affinity = "local", shared = true } = args;
    super(GlobalService.__pulumiType, name, { namespace, affinity, shared, sites: Object.keys(args.sites) }, opts);
    const made = Object.entries(args.sites).map(([site, { kubernetes }]) => {
      const options = { parent: this, provider: kubernetes };
      const service = buildService(name, site, { ...args, namespace }, options);
      if (args.exported === true) {
        exportFrom(site, { name, namespace }, args.mesh, undefined, { ...options, dependsOn: [service] });
      }
      return [site, service] as const;
    });
    this.services = Object.fromEntries(made);
    this.registerOutputs({ name, namespace });
  }
}

function buildService(
  name: string,
  site: string,
  args: GlobalServiceArgs & { readonly namespace: string },
  options: pulumi.CustomResourceOptions,
): Service {
  const annotations = args.mesh === undefined ? {} : meshOf(args.mesh).export(args);
  return new Service(
    `${name}-${site}`,
    {
      metadata: { name, namespace: args.namespace, annotations: { ...annotations, ...NOT_AWAITED } },
      spec: {
        selector: { ...args.selector },
        ports: args.ports.map((port) => ({ ...port })),
        ...(args.headless === true && { clusterIP: "None" }),
      },
    },
    options,
  );
}

/** A site may have no backend of its own: the others' are the point. */
const NOT_AWAITED = { "pulumi.com/skipAwait": "true" };
