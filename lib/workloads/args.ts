import type * as pulumi from "@pulumi/pulumi";
import type { Manifests } from "../plan/demand";
import type { FleetPlan } from "../plan/plan";
import type { ScalingMode } from "../plan/workloads";
import type { Rollout } from "./rollout";

/** What runs in every site of a fleet: manifests, a chart, or both. */
export interface FleetWorkloadArgs {
  /** The fleet that runs it, or a plan and the sites' providers. Its plan says how many pods each site runs. */
  readonly fleet: WorkloadFleet;

  /**
   * Manifests: texts of YAML or JSON with any number of documents, with their names (`manifestFiles`, `kustomization`)
   * or without, or objects. Plain data, because the plan decides by it; an object that holds an Output is a resource of its own.
   */
  readonly manifests?: Manifests;

  /** A Helm chart, released once in every site that runs any of its workloads. */
  readonly chart?: ChartArgs;

  /** How workloads with an autoscaler wait for a loss. @default "prescaled" */
  readonly scaling?: ScalingMode;

  /**
   * Whether a change comes to all sites in one go, or with `"siteBySite"` to one after the other: each site's objects are made and
   * changed once those of the site before are there and ready, and what fails ends the update before the next site. Drained
   * sites come first, then those that serve, by their number, and last those that join. @default "atOnce"
   */
  readonly rollout?: Rollout;

  /**
   * Namespaces of the manifests' objects that every site has already, made by others or kept from a workload that was
   * removed: an API server refuses to make them again. @default [] those that the manifests do not bring are made
   */
  readonly existingNamespaces?: readonly string[];
}

/** A fleet as its workloads see it: `Fleet` is one. */
export interface WorkloadFleet {
  readonly plan: FleetPlan;
  /** By name. Sites that are not here, such as those of other stacks, are given nothing. */
  readonly sites: { readonly [site: string]: WorkloadSite };
}

/** A site as its workloads see it: `Site` is one. */
export interface WorkloadSite {
  /** The Kubernetes provider of the site. */
  readonly kubernetes: pulumi.ProviderResource;
  readonly controlPlane?: { readonly cluster: pulumi.Resource | undefined };
}

/** A chart, and which of its values say how many pods run. */
export interface ChartArgs {
  /** Name in its repository, an `oci://` address, or a folder. */
  readonly chart: string;
  /** Exact version, such as `1.2.3`. Required unless `chart` is a folder or an archive (`.tgz`). */
  readonly version?: string;
  /** Address of the repository. @default none: `chart` says where it is */
  readonly repository?: string;
  /** Name of the release. @default the name of the workload */
  readonly releaseName?: string;
  /** Namespace of the release, made where it is missing. @default "default" */
  readonly namespace?: string;
  /** Values, equal in all sites. Maps are plain as far as the paths below reach; leaves may be Outputs. @default {} */
  readonly values?: { readonly [key: string]: unknown };
  /**
   * Values that say how many pods run at a site, or at least: the path in the values, with `\.` for a dot in a key, to the
   * workload of the spec's demand. `{ "web.replicaCount": "shop/web", "web.autoscaling.minReplicas": "shop/web" }`
   */
  readonly replicas: { readonly [path: string]: string };
  /** Values that say how many pods an autoscaler may run at most. @default {} */
  readonly maximumReplicas?: { readonly [path: string]: string };
  /** Values that take the name of a workload's priority class. @default {} */
  readonly priorityClasses?: { readonly [path: string]: string };
}
