import * as pulumi from "@pulumi/pulumi";
import { type GivenKubeconfigs, refuseOneCluster } from "./clusters/givenKubeconfig";
import { tokenPackagesWarning } from "./clusters/tokenPackages";
import { buildGateways, gatewayOf } from "./gateway/fleetGateways";
import { followPeers } from "./mesh/followPeers";
import { MeshGates } from "./mesh/gate/meshGates";
import { type FleetArgs, planFleet } from "./options";
import { siteGates } from "./plan/mesh";
import type { FleetPlan, SitePlan } from "./plan/plan";
import type { TrafficPlan, TrafficSite } from "./plan/routing/plan";
import { Site } from "./site";
import { tokenIssuers } from "./traffic/challenges/askers";
import { GlobalEndpoint } from "./traffic/globalEndpoint";
import { meshCredentialsOf, type SiteMaterial } from "./trust/material";
import { kindOfCloud } from "./underlay/kinds";
import { type LinkEnds, Underlay } from "./underlay/underlay";

/**
 * The sites of one service, built so that any one of them may be lost.
 *
 *     const fleet = new Fleet("shop", { spec, kinds: [eks, gke, aks] });
 *     for (const [name, site] of Object.entries(fleet.sites))
 *       new k8s.core.v1.Namespace(`shop-${name}`, {}, { provider: site.kubernetes });
 *
 * Everything is planned before anything is declared: a spec that cannot be planned ends the program with all of its
 * problems. A plan whose capacity does not hold is built, and judged by the policy pack, which reads `spec`.
 */
export class Fleet extends pulumi.ComponentResource {
  static readonly __pulumiType = "multisite:index:Fleet";

  /** Everything that follows from the spec: addresses, pools, capacity verdict. */
  readonly plan: FleetPlan;

  /**
   * The sites by their names, without those that are lost: go over them in a loop, since an object whose provider is undefined goes
   * to the cluster that kubectl is set to, which N1-033 refuses. What a lost site had made stays protected, so `up` stops before it
   * would delete that: have it act on the others by `--target` (`--exclude` holds no deletion back,
   * https://github.com/pulumi/pulumi/issues/19084). All sites of a fleet are in one stack: a `Site` alone has no peers.
   */
  readonly sites: { readonly [name: string]: Site };

  /** The public name of all sites, with the name servers to enter at the registrar; undefined without `spec.traffic`. */
  readonly endpoint: GlobalEndpoint | undefined;

  /** What stacks of links need of each site, by its name: ids and names, none of them secret. Empty without an underlay. */
  readonly linkEnds: LinkEnds;

  /**
   * @param name name of the fleet.
   * @param opts as of every component; `transforms` see every resource of every site.
   * @throws pulumi.RunError with all problems of `args` at once, before anything is declared.
   */
  constructor(name: string, args: FleetArgs, opts?: pulumi.ComponentResourceOptions) {
    const plan = planFleet(name, args);
    super(Fleet.__pulumiType, name, { spec: plan.spec }, opts);
    this.plan = plan;
    for (const { name: lost } of plan.sites.filter((site) => site.state === "lost")) {
      pulumi.log.warn(leftAlone(lost), this);
    }
    const warning = tokenPackagesWarning(standing(plan).map(({ kind }) => kind));
    if (warning !== undefined) pulumi.log.warn(warning, this);
    refuseOneCluster(kubeconfigsOf(plan, args));
    const trust = plan.trust && args.trust?.(name, plan.trust, { parent: this });
    this.sites = Object.fromEntries(
      standing(plan).map((site) => [site.name, buildSite(this, site, args, trust?.[site.name])]),
    );
    if (plan.mesh) followPeers(plan.mesh, this.sites);
    this.endpoint = plan.traffic && endpointOf(this, name, plan.traffic, args);
    if (this.endpoint) buildGateways(this, plan, args.publicCertificates ?? {}, this.endpoint);
    const underlay = underlayOf(this, name, args);
    this.linkEnds = underlay?.ends ?? {};
    buildGates(this, name, underlay, args);
    this.registerOutputs({ sites: standing(plan).map((site) => site.name), capacity: plan.capacity.verdict });
  }
}

/** A lost site is left alone until it is back: its cloud answers nothing. */
function standing(plan: FleetPlan): SitePlan[] {
  return plan.sites.filter((site) => site.state !== "lost");
}

/** The kubeconfigs of those sites that exist already. */
function kubeconfigsOf(plan: FleetPlan, { kubeconfigs = {} }: FleetArgs): GivenKubeconfigs {
  const sites = standing(plan).filter(({ kind }) => kind === "existing");
  return Object.fromEntries(sites.map(({ name }) => [name, kubeconfigs[name]!]));
}

/** What a run must say as long as a site is lost: an engine deletes what a program no longer declares. */
function leftAlone(site: string): string {
  return (
    `Site ${site} is lost: this run declares nothing of it. Name the others by --target, or the run ends with an attempt to ` +
    `delete what ${site} held.`
  );
}

function buildSite(
  fleet: Fleet,
  plan: SitePlan,
  { kinds, kubeconfigs, providers, meshCredentials }: FleetArgs,
  trust: SiteMaterial | undefined,
): Site {
  const kubeconfig = kubeconfigs?.[plan.name];
  const provider = providers?.[plan.name];
  const credentials = meshCredentials?.[plan.name] ?? (trust && meshCredentialsOf(trust));
  const { mesh, traffic } = fleet.plan;
  const front = traffic?.front;
  const isKnown = traffic?.sites.some((one) => one.name === plan.name) ?? false;
  return new Site(
    plan.name,
    {
      plan,
      kind: kinds.find(({ kind }) => kind === plan.kind)!,
      maximumSites: fleet.plan.maximumSites,
      isEntered: isKnown || gatewayOf(traffic, plan.name) !== undefined,
      ...gatewayOf(traffic, plan.name),
      ...(isKnown && front?.service === "globalLoadBalancer" && { frontPort: front.nodePort }),
      ...(kubeconfig !== undefined && { kubeconfig }),
      ...(provider && { provider }),
      ...(mesh && { mesh: { plan: mesh, ...(credentials && { credentials }) } }),
      ...(trust && { trust }),
    },
    { parent: fleet },
  );
}

/** The global endpoint over the addresses of the sites that serve: declared, or reserved by the sites. */
function endpointOf(fleet: Fleet, name: string, plan: TrafficPlan, { services = [] }: FleetArgs): GlobalEndpoint {
  const reserved = (site: string) => fleet.sites[site]?.entrance?.addresses ?? [];
  const bySite = (of: (site: TrafficSite) => readonly pulumi.Input<string>[]) =>
    Object.fromEntries(plan.sites.map((site) => [site.name, of(site)]));
  const addresses = bySite((site) => site.addresses ?? reserved(site.name).map((one) => one.address));
  const references = bySite((site) => reserved(site.name).map((one) => one.reference));
  const groups = Object.fromEntries(plan.sites.map(({ name }) => [name, fleet.sites[name]?.frontGroups ?? []]));
  const askers = tokenIssuers(Object.values(fleet.sites));
  return new GlobalEndpoint(name, { plan, services, addresses, references, groups, askers }, { parent: fleet });
}

/** The links between the sites, where the spec asks for them. */
function underlayOf(fleet: Fleet, name: string, args: FleetArgs): Underlay | undefined {
  const { underlay, sites, spec } = fleet.plan;
  if (underlay === undefined || spec.underlay === undefined) return undefined;
  const { kinds, tunnelSecret, hubProviders = {}, isLinkedElsewhere = false } = args;
  const own = underlay.networks.filter(({ isOwn, site }) => isOwn && fleet.sites[site] !== undefined);
  return new Underlay(
    name,
    {
      plan: underlay,
      spec: spec.underlay,
      sites,
      kindOf: (cloud) => kindOfCloud(kinds, cloud),
      tags: spec.tags ?? {},
      providers: hubProviders,
      isLinkedElsewhere,
      ends: own.map((network) => {
        const built = fleet.sites[network.site]!;
        const end = {
          network,
          site: sites.find((site) => site.name === network.site)!,
          gateway: underlay.gateways.find(({ site }) => site === network.site),
          controlPlane: built.controlPlane,
          cloud: { ...(built.cloud && { provider: built.cloud }) },
        };
        return { end, kind: kinds.find(({ kind }) => kind === built.plan.kind)!.underlay! };
      }),
      ...(tunnelSecret !== undefined && { tunnelSecret }),
    },
    { parent: fleet },
  );
}

/** What ends an update of the mesh. Links that another stack makes come after this one, so nobody waits for them unasked. */
function buildGates(fleet: Fleet, name: string, underlay: Underlay | undefined, args: FleetArgs): void {
  const { spec } = fleet.plan;
  if (args.isLinkedElsewhere === true && spec.mesh?.gate === undefined) return;
  const gates = siteGates(fleet.plan);
  if (gates.length === 0) return;
  const after = [...Object.values(fleet.sites), ...(underlay ? [underlay] : [])];
  new MeshGates(name, { gates, sites: fleet.sites, after }, { parent: fleet });
}
