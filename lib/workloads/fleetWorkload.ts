import * as pulumi from "@pulumi/pulumi";
import { ManifestError } from "../plan/demand";
import { givenManifests } from "../plan/demand/given";
import {
  isMadeNamespace,
  type KubernetesObject,
  type RenderedSite,
  type SiteWorkloads,
  siteObjects,
} from "../plan/workloads";
import type { FleetWorkloadArgs, WorkloadSite } from "./args";
import { chartPriorities, chartRelease, chartSites, deployed, zeroMaxima } from "./chart";
import { chartProblems } from "./chartValues";
import { isPlannable, unplannable } from "./given";
import { objectResource, titleOf } from "./resources";
import { inRolloutOrder, rolloutProblems } from "./rollout";
import { declare, gatewayNamespaces, ofGateway, sharedNamespace, takenProblems } from "./shared";
import { stagesOf } from "./stages";

/**
 * What runs in the sites of a fleet: every site gets the objects of the manifests with the replicas that the plan places
 * there, before anything is lost.
 *
 *     new FleetWorkload("shop", { fleet, manifests: manifestFiles("k8s") });
 *
 * The fleet's demand should be made of the same manifests (`demandFromManifests`): a workload that it does not name is
 * divided by the sites' shares, and the verdict does not count it.
 */
export class FleetWorkload extends pulumi.ComponentResource {
  static readonly __pulumiType = "multisite:index:FleetWorkload";

  /** What each site runs, without the objects themselves: those may hold secrets. */
  readonly placed: { readonly [site: string]: RenderedSite["workloads"] };

  /** What of the manifests was changed or could not be kept, in sentences. Also shown as messages of the run. */
  readonly notes: readonly string[];

  /**
   * @param name name of the workload, and what the names of its resources and priority classes begin with.
   * @param opts as of every component; `transforms` see every object of every site.
   * @throws pulumi.RunError with all problems of `args` at once, before anything is declared.
   */
  constructor(name: string, args: FleetWorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
    const rendered = render(name, args);
    const placed = Object.fromEntries(rendered.sites.map(({ site, workloads }) => [site, workloads]));
    const isChained = args.rollout === "siteBySite";
    super(FleetWorkload.__pulumiType, name, { placed, ...(isChained && { rollout: args.rollout }) }, opts);
    this.placed = placed;
    this.notes = rendered.notes;
    for (const note of rendered.notes) pulumi.log.info(note, this);
    const releases = new Map(rendered.releases.map((one) => [one.site, one]));
    let before: readonly pulumi.Input<pulumi.Resource>[] = [];
    let siteBefore = "";
    for (const site of isChained ? inRolloutOrder(rendered.sites, args.fleet.plan) : rendered.sites) {
      const at = args.fleet.sites[site.site];
      if (at === undefined) continue;
      const last = buildSite(
        this,
        name,
        { ...site, release: releases.get(site.site) },
        at,
        args,
        before.map((one) => deployed(one, siteBefore)),
      );
      if (isChained) [before, siteBefore] = [last, site.site];
    }
    this.registerOutputs({ placed });
  }
}

interface Rendered {
  readonly sites: readonly RenderedSite[];
  /** What the sites with a release of the chart run of it. */
  readonly releases: readonly SiteWorkloads[];
  readonly notes: readonly string[];
}

function render(name: string, args: FleetWorkloadArgs): Rendered {
  const problems: string[] = [];
  const { fleet, chart, scaling, existingNamespaces = [] } = args;
  if (args.manifests === undefined && chart === undefined) problems.push("give manifests, a chart, or both");
  problems.push(...rolloutProblems(args.rollout));
  const releases = chart === undefined ? [] : chartSites(chart, fleet.plan, scaling);
  if (chart !== undefined) {
    const workloads = (fleet.plan.spec.demand.workloads ?? []).map((one) => one.name);
    problems.push(...chartProblems(chart, workloads));
    problems.push(...zeroMaxima(chart, releases));
  }
  const { sources, problems: unreadable } = givenManifests(args.manifests ?? [], `manifests of ${name}`);
  problems.push(...unreadable.map(({ path, message }) => `${path} ${message}`), ...unplannable(sources));
  try {
    const given = sources.filter(isPlannable);
    const priorities = chart === undefined ? [] : chartPriorities(chart, fleet.plan);
    const options = { priorityPrefix: name, priorities, existingNamespaces, ...(scaling && { scaling }) };
    const rendered = siteObjects(fleet.plan, given, options);
    problems.push(...takenProblems(rendered.sites, fleet));
    if (problems.length === 0) return { ...rendered, releases };
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    problems.push(...error.problems.map(({ path, message }) => `${path}: ${message}`));
  }
  throw new pulumi.RunError(
    [`FleetWorkload "${name}" cannot be built:`, ...problems.map((problem) => `  ${problem}`)].join("\n"),
  );
}

/**
 * @param first what is there before anything of the site is made or changed
 * @returns what is there last: all of the site's is, once these are
 */
function buildSite(
  parent: FleetWorkload,
  name: string,
  { site, objects, workloads, release }: RenderedSite & { readonly release: SiteWorkloads | undefined },
  at: WorkloadSite,
  args: FleetWorkloadArgs,
  first: readonly pulumi.Input<pulumi.Resource>[],
): readonly pulumi.Input<pulumi.Resource>[] {
  const cluster = at.controlPlane?.cluster;
  const common: pulumi.CustomResourceOptions = {
    parent,
    provider: at.kubernetes,
    dependsOn: [...(pulumi.Resource.isInstance(at) ? [at] : []), ...gatewayNamespaces(at.kubernetes, objects)],
    ...(cluster && { deletedWith: cluster }),
  };
  const scaled = new Set(
    args.scaling === "reserved"
      ? workloads.filter((one) => one.autoscaled).map((one) => JSON.stringify(keyOf(one)))
      : [],
  );
  let before = first;
  for (const stage of stagesOf(objects)) {
    const options = pulumi.mergeOptions(common, { dependsOn: [...before] });
    const shared = stage.flatMap((object) => sharedNamespace(at.kubernetes, object) ?? []);
    const own = stage.filter((object) => sharedNamespace(at.kubernetes, object) === undefined);
    const made = own.map((object) => {
      const isScaled = scaled.has(
        JSON.stringify([object.kind, object.metadata.namespace ?? "default", object.metadata.name]),
      );
      const resource = objectResource(
        `${name}-${site}-${titleOf(object)}`,
        object,
        // From the first update on the replicas are the autoscaler's.
        isScaled ? pulumi.mergeOptions(options, { ignoreChanges: ["spec.replicas"] }) : options,
        mayBeThere(at.kubernetes, object, args.existingNamespaces),
      );
      if (ofGateway(at.kubernetes, object) === undefined) declare(at.kubernetes, object, { workload: name, resource });
      return resource;
    });
    // What another workload made waits for nothing that is before this one.
    before = made.length > 0 ? [...shared, ...made] : [...before, ...shared];
  }
  if (args.chart === undefined || release === undefined) return before;
  const options = pulumi.mergeOptions(common, { dependsOn: [...before] });
  return [chartRelease(name, release, args.chart, args.fleet.plan, options)];
}

function keyOf({ kind, namespace, object }: RenderedSite["workloads"][number]): string[] {
  return [kind, namespace, object];
}

/** Whether somebody else may have made an object: a namespace that others use as well. */
function mayBeThere(
  provider: pulumi.ProviderResource,
  object: KubernetesObject,
  existing: readonly string[] = [],
): boolean {
  const isNamed = object.kind === "Namespace" && existing.includes(object.metadata.name);
  return isNamed || isMadeNamespace(object) || ofGateway(provider, object) !== undefined;
}
