import * as pulumi from "@pulumi/pulumi";
import type { ClusterKind } from "../clusters/cluster";
import { LateError } from "../lateError";
import type { CloudProvider } from "../plan/faultDomains";
import { planOrProblems } from "../plan/fleetPlan";
import type { FleetPlan, SitePlan } from "../plan/plan";
import { type Problem, SpecError } from "../plan/problems";
import type { FleetSpec } from "../plan/spec";
import type { GatewayPlan, LinkStackPlan, UnderlayPlan } from "../plan/underlay";
import { type BuiltEnd, type BuiltSite, buildLink } from "./build";
import { buildWideArea, type HubArgs, type HubProviders, hubContext, hubEnds } from "./hubs";
import type { UnderlayKind } from "./kind";
import { kindOfCloud } from "./kinds";
import { hubOwnerProblems, secretProblems } from "./problems";

/** What one stack of links is made of. */
export interface LinkStackArgs {
  /** The fleet, the same plain data in every stack. */
  readonly spec: FleetSpec;

  /** The kinds of clusters of the stack's clouds: `[eks, gke]` for `links-aws-gcp`. */
  readonly kinds: readonly ClusterKind[];

  /** Which stack: a name of `fleetPlan(spec).underlay.stacks`, such as `links-aws-gcp`. */
  readonly stack: string;

  /** `linkEnds` of each site, as its stack exported them: `(site) => reference.requireOutput("linkEnds").apply((all) => all[site])`. */
  readonly ends: (site: string) => pulumi.Input<unknown>;

  /** With hubs: `hubEnds` of each hub, as its cloud's own stack of links exported them. */
  readonly hubEnds?: (hub: string) => pulumi.Input<unknown>;

  /** Providers to use in place of those made here, by site. @default {} */
  readonly providers?: { readonly [site: string]: pulumi.ProviderResource };

  /** Providers to use in place of those made here, by cloud, for hubs. @default {} */
  readonly hubProviders?: HubProviders;

  /** As of `Fleet`. The same in all stacks, since both ends of a tunnel are made in one. */
  readonly tunnelSecret?: pulumi.Input<string>;
}

/**
 * The links of one pair of clouds, or of one cloud, in a stack of their own: what they need of the sites they are handed, so
 * that a link is changed without touching a site, and by other hands.
 */
export class LinkStack extends pulumi.ComponentResource {
  static readonly __pulumiType = "multisite:index:LinkStack";

  /** With hubs: what other stacks of links need of the hubs made here. Nothing of it is secret. */
  readonly hubEnds: { readonly [hub: string]: object };

  /**
   * @param name name of the fleet; resources are named after sites and links.
   * @throws pulumi.RunError with all problems of `args` at once, before anything is declared.
   */
  constructor(name: string, args: LinkStackArgs, opts?: pulumi.ComponentResourceOptions) {
    const { plan, underlay, stack } = planStack(name, args);
    super(LinkStack.__pulumiType, name, { spec: plan.spec, stack: stack.name, links: stack.links }, opts);
    const sites = stack.sites.map((site) => siteEnd(this, plan, underlay, site, args));
    const ends = new Map<string, BuiltEnd>(sites.map((end) => [end.attached.site.name, end]));
    const hubs = hubArgs(plan, underlay, args);
    const made: Record<string, object> = {};
    for (const wan of underlay.wideAreaNetworks.filter(({ provider }) => stack.wideAreaNetworks.includes(provider))) {
      const wide = buildWideArea(
        this,
        wan,
        hubs,
        sites.map(({ attached }) => attached),
      );
      for (const gateway of wide.gateways) made[gateway.plan.name] = gateway.handle;
      for (const [hub, end] of hubEnds(kindOfCloud(args.kinds, wan.provider), wide)) ends.set(hub, end);
    }
    for (const [hub, end] of foreignHubs(this, hubs, stack, args)) ends.set(hub, end);
    for (const link of underlay.links) {
      if (stack.links.includes(link.name)) buildLink(link, ends, args.tunnelSecret);
    }
    this.hubEnds = made;
    this.registerOutputs({ links: stack.links });
  }
}

interface PlannedStack {
  readonly plan: FleetPlan;
  readonly underlay: UnderlayPlan;
  readonly stack: LinkStackPlan;
}

function planStack(name: string, args: LinkStackArgs): PlannedStack {
  // Programs in JavaScript may give nothing at all.
  const given: Partial<LinkStackArgs> = args ?? {};
  const problems: Problem[] = typeof given.ends === "function" ? [] : [NO_ENDS];
  const plan = planOrProblems(given.spec, problems);
  const underlay = plan?.underlay;
  const stack = underlay?.stacks.find((one) => one.name === given.stack);
  if (plan !== undefined && stack === undefined) problems.push(stackProblem(given.stack, plan));
  if (plan === undefined || underlay === undefined || stack === undefined) throw refusal(name, problems);
  const links = underlay.links.filter((link) => stack.links.includes(link.name));
  problems.push(...secretProblems(underlay, links, plan.sites, given.tunnelSecret));
  if (stack.wideAreaNetworks.includes("aws")) problems.push(...hubOwnerProblems(underlay, plan.sites, given));
  problems.push(...kindProblems(stack, plan.sites, given.kinds), ...hubProblems(stack, given));
  if (problems.length > 0) throw refusal(name, problems);
  return { plan, underlay, stack };
}

const NO_ENDS: Problem = {
  path: "ends",
  message:
    'is missing: give what the stacks of the sites left, (site) => reference.requireOutput("linkEnds").apply((all) => all[site])',
};

function stackProblem(stack: unknown, { spec, underlay }: FleetPlan): Problem {
  // A stack goes with the last site that it links: then it is no slip of the pen.
  const active = spec.sites.map((site) => ({ ...site, state: "active" as const }));
  if (planOrProblems({ ...spec, sites: active }, [])?.underlay?.stacks.some(({ name }) => name === stack)) {
    const message =
      `is "${stack}", which has nothing to link while sites are lost or leaving: leave the stack as it is until they are back, and ` +
      "destroy it once they are gone";
    return { path: "stack", message };
  }
  const known = underlay?.stacks.map((one) => one.name).join(", ") ?? "";
  const message = `is "${stack}": give one of ${known === "" ? "none, since spec.underlay links nothing" : known}`;
  return { path: "stack", message };
}

function refusal(name: string, problems: readonly Problem[]): Error {
  return new pulumi.RunError(`LinkStack "${name}" cannot be built. ${new SpecError(problems).message}`);
}

function kindProblems(stack: LinkStackPlan, sites: readonly SitePlan[], kinds: unknown): Problem[] {
  const wanted = new Set(sites.filter(({ name }) => stack.sites.includes(name)).map(({ kind }) => kind));
  // Hubs of a cloud are built by the kind of its clusters, though no site of theirs is here.
  for (const cloud of cloudsOf(stack)) wanted.add(({ aws: "eks", gcp: "gke", azure: "aks" } as const)[cloud]);
  const given = (Array.isArray(kinds) ? kinds : []).map((one: Partial<ClusterKind> | undefined) => one?.kind);
  const missing = [...wanted].filter((kind) => kind !== "existing" && !given.includes(kind));
  return missing.map((kind) => ({
    path: "kinds",
    message: `has no "${kind}", whose networks ${stack.name} links (given: ${given.join(", ") || "none"}): add it`,
  }));
}

function hubProblems(stack: LinkStackPlan, { hubEnds: given }: Partial<LinkStackArgs>): Problem[] {
  const needed = stack.after.filter((one) => one !== stack.name);
  if (needed.length === 0 || given !== undefined) return [];
  return [{ path: "hubEnds", message: `is missing: give what ${needed.join(" and ")} exported as hubEnds` }];
}

/** The clouds that a stack's name says. */
function cloudsOf({ name, after, wideAreaNetworks }: LinkStackPlan): readonly CloudProvider[] {
  if (after.length === 0 && wideAreaNetworks.length === 0) return [];
  return name.replace("links-", "").split("-") as CloudProvider[];
}

function hubArgs(plan: FleetPlan, underlay: UnderlayPlan, { kinds, hubProviders = {} }: LinkStackArgs): HubArgs {
  return {
    plan: underlay,
    spec: plan.spec.underlay ?? {},
    sites: plan.sites,
    kindOf: (cloud) => kindOfCloud(kinds, cloud),
    tags: plan.spec.tags ?? {},
    providers: hubProviders,
  };
}

/** A site's network as its own stack left it. */
function siteEnd(
  parent: LinkStack,
  plan: FleetPlan,
  underlay: UnderlayPlan,
  name: string,
  { kinds, providers, ends }: LinkStackArgs,
): BuiltSite {
  const site = plan.sites.find((one) => one.name === name)!;
  const cluster = kinds.find((one) => one.kind === site.kind)!;
  const kind = cluster.underlay!;
  const provider = providers?.[name] ?? cluster.provider(site, { parent });
  const cloud = { parent, ...(provider && { provider }) };
  const given = pulumi.output(ends(name));
  const network = underlay.networks.find((one) => one.site === name)!;
  const gateway = underlay.gateways.find((one) => one.site === name);
  const attached = {
    site,
    network,
    cloud,
    ready: [],
    handle: handed(given, kind.words.site),
    gateway: gateway && gatewayEnd(kind, gateway, site.tags, handed(given, kind.words.gateway), cloud),
  };
  return { kind, attached, gateway: attached.gateway };
}

/** Hubs that other stacks made. */
function foreignHubs(
  parent: LinkStack,
  hubs: HubArgs,
  stack: LinkStackPlan,
  { hubEnds: given }: LinkStackArgs,
): (readonly [string, BuiltEnd])[] {
  const needed = new Set(hubs.plan.links.filter(({ name }) => stack.links.includes(name)).flatMap(({ ends }) => ends));
  return hubs.plan.wideAreaNetworks.flatMap((wan) => {
    if (stack.wideAreaNetworks.includes(wan.provider)) return [];
    const wanted = hubs.plan.gateways.filter(
      ({ name, site, provider }) => site === undefined && provider === wan.provider && needed.has(name),
    );
    if (wanted.length === 0) return [];
    const kind = hubs.kindOf(wan.provider);
    const { cloud, tags } = hubContext(parent, wan, hubs);
    return wanted.map((gateway) => {
      const handle = handed(pulumi.output(given?.(gateway.name)), kind.words.gateway);
      return [gateway.name, { kind, attached: undefined, gateway: gatewayEnd(kind, gateway, tags, handle, cloud) }];
    });
  });
}

function gatewayEnd(
  kind: UnderlayKind,
  plan: GatewayPlan,
  tags: Readonly<Record<string, string>>,
  handle: object,
  cloud: pulumi.CustomResourceOptions,
) {
  return { plan, at: { name: plan.name, tags }, handle, outsideAddresses: kind.addresses(handle), cloud, ready: [] };
}

/** The words of a handle, each by itself, out of what another stack exported. */
function handed(given: pulumi.Output<unknown>, words: readonly string[]): object {
  const known = given as pulumi.Output<Record<string, unknown> | undefined>;
  return Object.fromEntries(
    words.map((word) => [
      word,
      known.apply((all) => {
        if (all === undefined || all[word] === undefined)
          throw new LateError(`What a stack handed to its links has no "${word}": update that stack first.`);
        return all[word];
      }),
    ]),
  );
}
