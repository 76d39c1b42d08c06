import type { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { metricsServer } from "./addons/metricsServer";
import type { ClusterContext, ClusterKind, ControlPlane, SiteContext, Step } from "./clusters/cluster";
import type { Entrance } from "./clusters/entrance";
import type { FrontGroup } from "./clusters/frontGroup";
import { siteFacts } from "./facts";
import { gatewayDefinitions } from "./gateway/definitions";
import { cilium } from "./mesh/cilium";
import { clustersetResources } from "./mesh/clustersetDns";
import type { MeshCredentials } from "./mesh/credentials";
import { exportDefinitions } from "./mesh/definitions";
import { type MeshObjects, meshObjects } from "./mesh/objects";
import { withdrawer } from "./mesh/withdrawer/withdrawer";
import type { SiteGatewayPlan } from "./plan/gateway/plan";
import { clustersetDns, type MeshPlan, meshOf } from "./plan/mesh";
import type { SitePlan } from "./plan/plan";
import type { DnsService } from "./plan/routing/spec";
import { kubernetesProvider } from "./providers";
import type { SiteMaterial } from "./trust/material";
import { siteTrust } from "./trust/site";
import { ciliumTrust, hasHubble, rollingHash } from "./trust/siteObjects";

/** What one site is built from. `Fleet` makes these; only a program that plans by itself gives them. */
export interface SiteArgs {
  /** The site, as planned. */
  readonly plan: SitePlan;
  /** The kind of its cluster: the one for `plan.kind`. */
  readonly kind: ClusterKind;
  /** Sites in the whole mesh, of `FleetPlan.maximumSites`. */
  readonly maximumSites: 255 | 511;
  /** The mesh that the site is in, and what it proves itself with there. @default none */
  readonly mesh?: SiteMesh;
  /** What the site holds of the fleet's trust. @default none */
  readonly trust?: SiteMaterial;
  /** Kubeconfig of a site of kind `existing`. It becomes a secret. */
  readonly kubeconfig?: pulumi.Input<string>;
  /** Provider of the site's cloud. @default one for the site's account, project or subscription and its region */
  readonly provider?: pulumi.ProviderResource;
  /** Whether public addresses are reserved for the site: where the fleet has traffic. @default false */
  readonly isEntered?: boolean;
  /** What the site holds ready for its gateway. @default it has none */
  readonly gateway?: SiteGatewayPlan;
  /** DNS service at which the site's cert-manager answers an ACME authority. @default it asks none */
  readonly acme?: DnsService;
  /** Port of every node by which an anycast front sends users to them. @default none does */
  readonly frontPort?: number;
}

/** How a site is in a mesh. */
export interface SiteMesh {
  readonly plan: MeshPlan;
  /** Absent where the mesh needs none. */
  readonly credentials?: MeshCredentials;
}

/** One Kubernetes cluster in one fault domain, with its network, CNI and nodes, behind providers of its own. */
export class Site extends pulumi.ComponentResource {
  static readonly __pulumiType = "multisite:index:Site";

  /** The site as planned. */
  readonly plan: SitePlan;

  /** Kubeconfig of the cluster: text that holds no credential, or the secret that the caller gave. */
  readonly kubeconfig: pulumi.Output<string>;

  /** The provider for everything inside the cluster. Resources that need nodes also depend on the site itself. */
  readonly kubernetes: Provider;

  /** The provider of the site's cloud; undefined for a site whose cloud this library does not touch. */
  readonly cloud: pulumi.ProviderResource | undefined;

  /** The control plane, as its kind describes it. */
  readonly controlPlane: ControlPlane;

  /**
   * Public addresses that users reach the site by, and the annotations by which a Service of type LoadBalancer takes them
   * over. Undefined where the fleet has no traffic, and for a cluster that exists, whose addresses the spec gives.
   */
  readonly entrance: Entrance | undefined;

  /** Groups of nodes that an anycast front sends users to; empty where none does. */
  readonly frontGroups: readonly FrontGroup[];

  /**
   * What must be there before peers ask the site's mesh API: who may read it, and where the library installs them, Cilium,
   * nodes and the promised address. Empty where it is in no mesh.
   */
  readonly answersPeers: readonly pulumi.Resource[];

  /**
   * @param name name of the site; its children are named after it.
   * @param opts as of every component; `transforms` see every child.
   */
  constructor(name: string, args: SiteArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Site.__pulumiType, name, { ...siteFacts(args.plan) }, opts);
    const context = siteContext(this, args);
    this.plan = args.plan;
    this.cloud = context.cloud.provider;
    this.controlPlane = args.kind.controlPlane(context);
    this.kubernetes = kubernetesProvider(args.plan, this.controlPlane, { parent: this });
    this.kubeconfig = this.controlPlane.kubeconfig;
    this.entrance = args.isEntered ? args.kind.entrance?.(context, this.controlPlane) : undefined;
    const objects = firstObjects(args, after(this.controlPlane.ready, context, this.controlPlane, this.kubernetes));
    const { groups, nodesWithCilium } = buildSteps(args, context, this, objects.all);
    this.frontGroups = groups;
    this.answersPeers = objects.mesh ? [objects.mesh.peerAccess, ...nodesWithCilium] : [];
    this.registerOutputs({ ...siteFacts(args.plan), kubeconfig: this.kubeconfig });
  }
}

function siteContext(parent: Site, args: SiteArgs): SiteContext {
  const provider = args.provider ?? args.kind.provider(args.plan, { parent });
  return { site: args.plan, cloud: { parent, ...(provider && { provider }) }, kubeconfig: args.kubeconfig };
}

/**
 * The steps after the control plane, in the order of the kind, each depending on what the one before it made.
 * @param objects what is in the cluster before them
 * @returns groups of nodes for an anycast front, and what pods need to be reached from other sites.
 */
function buildSteps(
  args: SiteArgs,
  context: SiteContext,
  { controlPlane, kubernetes, entrance }: Pick<Site, "controlPlane" | "kubernetes" | "entrance">,
  objects: readonly pulumi.Resource[],
): { readonly groups: readonly FrontGroup[]; readonly nodesWithCilium: readonly pulumi.Resource[] } {
  const [, ...steps] = args.kind.order;
  const nodesWithCilium: pulumi.Resource[] = [];
  const inCluster = (made: readonly pulumi.Resource[]) => after(made, context, controlPlane, kubernetes);
  let made: readonly pulumi.Resource[] = [...controlPlane.ready, ...objects];
  let groups: readonly FrontGroup[] = [];
  for (const step of steps) {
    made = STEPS[step](args, inCluster(made), controlPlane);
    if (step !== "addons") nodesWithCilium.push(...made);
    if (step !== "nodePools") continue;
    if (args.frontPort !== undefined)
      groups = args.kind.frontGroups?.(inCluster(made), controlPlane, made, args.frontPort) ?? [];
    holdAddresses(args, inCluster(made), controlPlane, made, entrance);
  }
  services(args, inCluster(made).inCluster);
  if (args.trust) siteTrust(args.trust, args.plan.kind, objects, args.acme, inCluster(made).inCluster);
  return { groups, nodesWithCilium };
}

/** What runs in a site that has nodes, beside what signs there. */
function services({ plan, mesh }: SiteArgs, options: pulumi.CustomResourceOptions): void {
  const watching = mesh?.plan.withdrawer;
  if (watching) withdrawer(plan.name, watching, options);
  metricsServer(plan, options);
  const dns = clustersetDns(plan, mesh?.plan);
  if (dns) clustersetResources(plan.name, dns, options);
}

/** The load balancer before the gateway, where it is ours. */
function holdAddresses(
  { kind, gateway }: SiteArgs,
  context: ClusterContext,
  controlPlane: ControlPlane,
  pools: readonly pulumi.Resource[],
  entrance: Entrance | undefined,
): void {
  if (gateway?.heldBy !== "balancer" || gateway.nodePorts === undefined || entrance === undefined) return;
  kind.gatewayEndpoint?.(context, controlPlane, entrance, pools, gateway.nodePorts);
}

/**
 * Certificates, roots, who may read, and definitions: before the CNI, which does not start without some of them; also in a
 * cluster whose CNI is its team's. In a mesh, the mesh writes those that are its own.
 */
function firstObjects(
  args: SiteArgs,
  { inCluster: options }: ClusterContext,
): { readonly all: readonly pulumi.Resource[]; readonly mesh: MeshObjects | undefined } {
  const { plan, mesh: meshed, trust, gateway } = args;
  const mesh = meshed && meshObjects(plan.name, meshed.plan, meshed.credentials, options);
  const version = plan.ciliumVersion;
  const definitions = [
    ...(gateway?.isOwnClass ? gatewayDefinitions(plan.name, version, options) : []),
    // Of a cluster that exists, its team's Cilium brings them.
    ...(mesh && plan.kind !== "existing" ? exportDefinitions(plan.name, version, options) : []),
  ];
  const own = mesh ? [...mesh.credentials, mesh.peerAccess] : [];
  return { all: [...own, ...(trust ? ciliumTrust(trust, mesh !== undefined, options) : []), ...definitions], mesh };
}

type StepBuilder = (args: SiteArgs, context: ClusterContext, controlPlane: ControlPlane) => pulumi.Resource[];

const STEPS: Readonly<Record<Step, StepBuilder>> = {
  cni: ({ kind, maximumSites, mesh, trust, gateway }, context, controlPlane) => [
    cilium(context, controlPlane, {
      ...{ maximumSites, awaited: kind.awaitsCni, mesh: mesh?.plan },
      gateway: gateway?.isOwnClass ?? false,
      ...(trust && { bundleHash: rollingHash(trust), hubble: hasHubble(trust) }),
    }),
  ],
  nodePools: ({ kind, mesh }, context, controlPlane) => {
    const pools = kind.nodePools(context, controlPlane);
    const peers = mesh ? meshOf(mesh.plan).peers(mesh.plan, context.site.name) : [];
    if (peers.length === 0 || kind.meshEndpoint === undefined) return pools;
    return [...pools, ...kind.meshEndpoint({ ...context, peers }, controlPlane, pools)];
  },
  addons: ({ kind, plan, mesh }, context, controlPlane) => {
    const stub = clustersetDns(plan, mesh?.plan)?.stub;
    const told = stub?.how === "addon" ? { dnsConfiguration: stub.configurationValues } : {};
    return kind.addons({ ...context, ...told }, controlPlane);
  },
};

/** The context of a step that comes after `made`. */
function after(
  made: readonly pulumi.Resource[],
  context: SiteContext,
  { cluster }: ControlPlane,
  kubernetes: Provider,
): ClusterContext {
  const dependsOn = [...made];
  const { parent } = context.cloud;
  const inCluster = {
    ...(parent && { parent }),
    provider: kubernetes,
    dependsOn,
    ...(cluster && { deletedWith: cluster }),
  };
  return { ...context, cloud: pulumi.mergeOptions(context.cloud, { dependsOn }), inCluster };
}
