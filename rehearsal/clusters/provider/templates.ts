import type { Properties } from "../../engine/provider";
import type { NamedChart, WantedChart } from "../helm/charts/wanted";

/** A chart that is to be rendered, not installed. */
export interface ChartTemplate {
  readonly chart: WantedChart;
  readonly releaseName: string;
  readonly namespace: string;
  /** Plain JSON; may hold secrets. */
  readonly values: Properties;
  readonly capabilities: Capabilities;
  /** Leaves out what is in the chart's folder `crds`. */
  readonly skipCrds: boolean;
  /** Which hooks are rendered like everything else: those of `helm test` are hooks too. */
  readonly hooks: "all" | "allButTests" | "none";
  /** Fetches the charts that this one depends on, where they are missing: anew, or those of its lock. @default neither, and nobody looks */
  readonly dependencies?: "update" | "build";
  /** Text of the kubeconfig of the cluster in which the template function `lookup` looks. @default it finds nothing */
  readonly lookupIn?: string;
  /** The user's own program through which the manifests go, and its arguments. */
  readonly postRenderer?: readonly [command: string, ...args: string[]];
}

/** What templates are told of the cluster. */
export interface Capabilities {
  /** Such as `v1.35.4`. @default that of the rehearsal's own clusters */
  readonly kubeVersion?: string;
  /** Versions and kinds that there are beside Kubernetes' own: `cilium.io/v2`, `cilium.io/v2/CiliumNode`. */
  readonly apiVersions: readonly string[];
}

/** A folder of kustomize that is to be built. */
export interface KustomizationBuild {
  /** Path or URL. */
  readonly directory: string;
  /** Files may lie outside the folder. */
  readonly isUnrestricted: boolean;
  /** Charts in it are rendered. */
  readonly withHelm: boolean;
}

/** A chart, rendered. */
export interface RenderedChart {
  /** YAML. */
  readonly manifests: string;
  /** The chart's own name, where its project gave it up. */
  readonly deprecated?: string;
}

/** Whoever renders charts and builds kustomizations, whose manifests are YAML. */
export interface Templates {
  /** @throws Error in helm's words, with the chart's name; UserError where there is no helm; Interrupted. */
  chart(asked: ChartTemplate): Promise<RenderedChart>;
  /** @throws Error in kustomize's words; UserError where there is no kubectl; Interrupted. */
  kustomization(asked: KustomizationBuild): Promise<string>;
  /** Why a chart that a release names is none, where only a path can be meant; undefined for all others. */
  missingChart(named: NamedChart): string | undefined;
  /** The version of a chart that is a folder; undefined for all others. */
  localVersion(named: NamedChart): string | undefined;
}

/** @throws Error where nobody renders `what`, a type or a function. */
export function templatesOf({ templates }: { readonly templates: Templates | undefined }, what: string): Templates {
  if (templates === undefined) throw new Error(`cannot rehearse: ${what}: nothing here renders templates`);
  return templates;
}
