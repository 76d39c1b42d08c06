import { FLEET, type Observed, type ObservedSite, SITE } from "pulumi-multisite/plan";
import type { DeclaredTraits, Finding, JudgedFleet } from "./judged";

/** A program that has `Fleet` components: what they declare beside the resources that there really are. */
export interface ObservedFleet {
  readonly fleets: readonly { readonly name: string; readonly urn: string }[];
  readonly sites: readonly DeclaredSite[];
  /** The fleets as judged by their inputs, where those passed by in this run. */
  readonly judged: readonly JudgedFleet[];
  readonly observed: Observed;
  /** What is wrong with the records that lead users to sites. */
  readonly routes: readonly Finding[];
  /** Kubernetes objects and Helm releases that are left to a default provider. */
  readonly ambient: readonly Named[];
}

/** A resource by its names. */
export interface Named {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
}

/** A `Site` component: the facts that it registers, and the cluster below it. */
export interface DeclaredSite {
  readonly name: string;
  readonly urn: string;
  readonly pools: readonly DeclaredPoolFacts[];
  readonly real: ObservedSite | undefined;
}

/** What a site says of a pool, as far as it is compared. */
export interface DeclaredPoolFacts {
  readonly name: string;
  readonly machineType: string;
  readonly guaranteedNodes: number;
  /** What the Fleet's spec says besides; undefined where it was not seen in this run. */
  readonly traits?: DeclaredTraits | undefined;
}

/** A resource as the pack has read it. */
export interface ReadResource extends Named {
  readonly props: unknown;
}

/** Joins the components of a program to the clusters that were found below them. */
export function observedFleet(
  resources: readonly ReadResource[],
  observed: Observed,
  judged: readonly JudgedFleet[],
  routes: readonly Finding[],
  ambient: readonly Named[],
): ObservedFleet {
  const real = new Map(observed.sites.map((site) => [site.component, site]));
  const sites = resources.filter(({ type }) => type === SITE);
  return {
    fleets: resources.filter(({ type }) => type === FLEET).map(({ name, urn }) => ({ name, urn })),
    sites: sites.map(({ name, urn, props }) => {
      const declared = judged.flatMap((fleet) => fleet.sites).find((site) => site.name === name)?.pools ?? [];
      const pools = poolFacts(props).map(
        (pool): DeclaredPoolFacts => ({ ...pool, traits: declared.find((one) => one.name === pool.name)?.traits }),
      );
      return { name, urn, pools, real: real.get(urn) };
    }),
    judged,
    observed,
    routes,
    ambient,
  };
}

/** The pools of a site's outputs; those that are malformed declare nothing. */
function poolFacts(props: unknown): DeclaredPoolFacts[] {
  const pools = (props as { readonly pools?: unknown } | null | undefined)?.pools;
  return Array.isArray(pools) ? pools.filter(isPoolFacts) : [];
}

function isPoolFacts(value: unknown): value is DeclaredPoolFacts {
  const pool = value as DeclaredPoolFacts | null;
  return (
    typeof pool === "object" &&
    typeof pool?.name === "string" &&
    typeof pool.machineType === "string" &&
    typeof pool.guaranteedNodes === "number"
  );
}
