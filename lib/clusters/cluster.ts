import type * as pulumi from "@pulumi/pulumi";
import type { SitePlan } from "../plan/plan";
import type { SiteKind, SiteSpec } from "../plan/spec";
import type { UnderlayKind } from "../underlay/kind";
import type { Entrance } from "./entrance";
import type { FrontGroup } from "./frontGroup";

/**
 * How clusters of one kind are built: data and builders, no base class. `Site` calls the builders in the order that the
 * kind gives as data, with the CNI between them: every other order waits half an hour for nodes that cannot become ready.
 *
 * A builder makes its resources with the options of its context and nothing else, names each `<site>-<word>` (or
 * `<site>-<pool>`) so that sites never collide and nothing depends on an index, and decides nothing that the plan decides.
 */
export interface ClusterKind<C extends ControlPlane = ControlPlane> {
  /** The `kind` of the sites it builds. */
  readonly kind: SiteKind;

  /** The package whose provider it needs, such as `aws`; undefined for a kind that makes no cloud resource. */
  readonly package: string | undefined;

  /**
   * The steps in the order of their making. Each step's resources depend on all that the step before it made. A kind
   * without `cni` brings a CNI of its own, which this library leaves alone.
   */
  readonly order: readonly ["controlPlane", ...Step[]];

  /**
   * Whether the installation of the CNI waits until its pods run. False where no node exists yet when it is installed
   * (EKS and GKE): it would wait for nodes that wait for it.
   */
  readonly awaitsCni: boolean;

  /**
   * The explicit provider of the site's account, project or subscription and region. Named after the site.
   * @param options parent of the provider; nothing else may be inherited.
   */
  provider(site: SitePlan, options: pulumi.ResourceOptions): pulumi.ProviderResource | undefined;

  /** The network, keys, logs and the control plane: all that exists before the first node. */
  controlPlane(context: SiteContext): C;

  /**
   * The public addresses that users reach the site by, reserved. Undefined for a kind whose clusters have theirs.
   */
  entrance?(context: SiteContext, controlPlane: C): Entrance;

  /**
   * The node pools of `context.site.pools`, by their names.
   * @returns what the next step waits for: at least every pool.
   */
  nodePools(context: ClusterContext, controlPlane: C): pulumi.Resource[];

  /**
   * What holds the promised addresses of the mesh API where no Service can: a load balancer before the nodes. Called only
   * for a site in a mesh, after the node pools.
   * @param pools what `nodePools` returned
   * @returns what later parts of the site wait for.
   */
  meshEndpoint?(context: MeshContext, controlPlane: C, pools: readonly pulumi.Resource[]): pulumi.Resource[];

  /**
   * What holds the site's public addresses where no Service can: a load balancer before the nodes. Called only for a site
   * whose gateway has it so, after the node pools.
   * @param entrance what `entrance` returned
   * @param pools what `nodePools` returned
   * @param ports of every node
   */
  gatewayEndpoint?(
    context: ClusterContext,
    controlPlane: C,
    entrance: Entrance,
    pools: readonly pulumi.Resource[],
    ports: { readonly https: number; readonly http: number },
  ): void;

  /**
   * Groups of nodes by which an anycast front of the cloud reaches the site, and the opening for it. Called only behind one
   * that asks for them, after the node pools.
   * @param pools what `nodePools` returned
   * @param port of every node
   */
  frontGroups?(
    context: ClusterContext,
    controlPlane: C,
    pools: readonly pulumi.Resource[],
    port: number,
  ): readonly FrontGroup[];

  /**
   * What needs running nodes, such as EKS's CoreDNS.
   * @returns what later parts of the site wait for.
   */
  addons(context: ClusterContext, controlPlane: C): pulumi.Resource[];

  /** How its cloud links networks; absent for a kind whose network this library never makes. */
  readonly underlay?: UnderlayKind;
}

/** A step of building a site once its control plane is declared. */
export type Step = "cni" | "nodePools" | "addons";

/** What a builder gets before the cluster exists. */
export interface SiteContext {
  readonly site: SitePlan;

  /**
   * Options of every cloud resource and every invoke of the site: parent, explicit provider, and the dependence on the
   * steps before. Add to them with `pulumi.mergeOptions`, which keeps them; a spread of `dependsOn` would drop the order.
   */
  readonly cloud: pulumi.CustomResourceOptions;

  /** Kubeconfig that the caller gave for this site: only a site of kind `existing` has one. */
  readonly kubeconfig: pulumi.Input<string> | undefined;
}

/** What a builder gets once the control plane is declared. */
export interface ClusterContext extends SiteContext {
  /**
   * Options of every resource inside the cluster: parent, the site's own Kubernetes provider, the dependence on the
   * steps before, and `deletedWith` the cluster.
   */
  readonly inCluster: pulumi.CustomResourceOptions;

  /** What the cluster's own DNS is told beside its own names, where the kind has an add-on for it: its whole configuration. */
  readonly dnsConfiguration?: string;
}

/** What a builder of the mesh's endpoint gets. */
export interface MeshContext extends ClusterContext {
  /** Nodes that reach the mesh API, by the names of their sites. */
  readonly peers: readonly { readonly name: string; readonly nodeCidrs: readonly string[] }[];
}

/** A control plane as the rest of the site meets it. Kinds add facts of their own for their later builders. */
export interface ControlPlane {
  /**
   * The resource that is the cluster. The Kubernetes provider is replaced with it, and what runs inside is deleted with
   * it. Undefined for a cluster that this library did not make.
   */
  readonly cluster: pulumi.Resource | undefined;

  /**
   * What makes this cluster this one, for `clusterIdentifier`: ARN, self link, resource id, or what the spec declares. A
   * cluster that is made again under the same name may share it, so `cluster` is given as well.
   */
  readonly identity: pulumi.Input<string>;

  /** Host name or address of the API server, without scheme and port, as nodes reach it. Unused without step `cni`. */
  readonly host: pulumi.Input<string>;

  /** Port of the API server. */
  readonly port: number;

  /**
   * Name of the subnet that only load balancers use, where the cloud's controller must be told: undefined where it has none
   * or nobody knows.
   */
  readonly loadBalancerSubnet?: pulumi.Input<string>;

  /** URL of the issuer of the cluster's ServiceAccounts' tokens, by which its pods are somebody in a cloud. @default nobody knows it */
  readonly tokenIssuer?: pulumi.Input<string>;

  /**
   * Kubeconfig as static text (see `kubeconfig.ts`): endpoint, certificate authority, and a command that fetches a token.
   * It carries no credential, so it is not secret, except for kind `existing`, where the caller's is.
   */
  readonly kubeconfig: pulumi.Output<string>;

  /**
   * What must exist before anything is made inside the cluster: the cluster, and whatever gives its creator access.
   * The step after `controlPlane` depends on these.
   */
  readonly ready: readonly pulumi.Resource[];
}

/** The spec of a site whose kind is known. */
export type SpecOfKind<K extends SiteKind> = Extract<SiteSpec, { kind: K }>;

/**
 * The spec of a site, of the kind that its builder is for.
 * @throws Error when the site is of another kind: a mistake in this library, since `Fleet` pairs sites with kinds.
 */
export function specOf<K extends SiteKind>(site: SitePlan, kind: K): SpecOfKind<K> {
  if (site.spec.kind !== kind) throw new Error(`site ${site.name} is of kind ${site.spec.kind}, not ${kind}`);
  return site.spec as SpecOfKind<K>;
}
