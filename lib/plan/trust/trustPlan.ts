import type { FaultDomainLevel, SiteKind, SiteState } from "../spec";
import { issuedFrom, type TrustRotation } from "../trustPhases/rotation";
import { type Issuance, intermediateCertificate, leafCertificate, leafRoles, rootCertificate } from "./certificates";
import { lifetimesOf, staggerHours } from "./lifetimes";
import { trustObjects } from "./objects";
import type { IssuedSet, RootPlan, SiteTrustPlan, TrustPlan } from "./plan";
import type { TrustSpec } from "./spec";
import { storePlan } from "./store";

/** A site, as far as its certificates care. */
export interface TrustedSite {
  readonly name: string;
  readonly number: number;
  readonly state: SiteState;
  readonly kind: SiteKind;
  readonly provider?: string;
  readonly region?: string;
  /** Addresses by which peers look for its mesh API. */
  readonly addresses?: { readonly mesh: readonly string[] };
}

/** The rotation of a fleet that was never rotated. */
export const FIRST_ROTATION: TrustRotation = { revision: 0, generations: [{ name: "g1", state: "active" }] };

/**
 * Every certificate of a fleet, as data. A site's certificates follow from the site, its number and the rotation, never
 * from its neighbours. Sites that are lost keep theirs, for the day on which they are back; expelled ones have none.
 * @param meshed whether the sites run a mesh's API
 * @param faultDomain what is lost at once
 */
export function trustPlan(
  spec: TrustSpec,
  sites: readonly TrustedSite[],
  maximumSites: number,
  meshed = false,
  faultDomain: FaultDomainLevel = "region",
): TrustPlan {
  const { trustDomain, roots = {}, delivery = { by: "stackReference" } } = spec;
  const rotation = ofSites(spec.rotation ?? FIRST_ROTATION, sites);
  const lifetimes = lifetimesOf(spec.lifetimes);
  const issuance = (generation: string): Issuance => ({ generation, trustDomain, lifetimes });
  const expelled = new Set(rotation.expelled ?? []);
  return {
    ...{ trustDomain, rotation, faultDomain, delivery },
    store: storePlan(
      spec,
      sites.map(({ name }) => name),
      expelled,
    ),
    roots: rotation.generations.map(({ name, state }): RootPlan => {
      const root = roots[name] ?? { keeper: "state" };
      return { generation: name, state, keeper: root.keeper, spec: root, certificate: rootCertificate(issuance(name)) };
    }),
    sites: sites
      .filter(({ name }) => !expelled.has(name))
      .map((site) =>
        siteTrust(site, spec, rotation, issuance, staggerHours(site.number, lifetimes, maximumSites), meshed),
      ),
  };
}

/** The rotation without those that are issued from the next root and gone. */
function ofSites({ issuedByNext = [], ...rest }: TrustRotation, sites: readonly TrustedSite[]): TrustRotation {
  const left = issuedByNext.filter((name) => sites.some((site) => site.name === name));
  return left.length > 0 ? { ...rest, issuedByNext: left } : rest;
}

function siteTrust(
  { name, kind, provider, region, addresses }: TrustedSite,
  { signers = [], hubble = true, roots = {} }: TrustSpec,
  rotation: TrustRotation,
  issuance: (generation: string) => Issuance,
  stagger: number,
  meshed: boolean,
): SiteTrustPlan {
  // Data that has no active root cannot be planned: its problem is reported before.
  const generation = issuedFrom(rotation, name)!;
  const setOf = (one: string): IssuedSet => ({
    generation: one,
    leaves: leafRoles(hubble).map((role) => leafCertificate(role, name, stagger, issuance(one), addresses?.mesh)),
    intermediates: signers.map((signer) => intermediateCertificate(signer, name, stagger, issuance(one))),
  });
  const bundle = rotation.generations.map((one) => one.name);
  const isByHand = (one: string) => roots[one]?.keeper === "offline";
  const others = bundle.filter((one) => one !== generation && (isByHand(one) || isByHand(generation)));
  return {
    ...{ site: name, provider, region, bundle },
    ...setOf(generation),
    others: others.map(setOf),
    unseenLeafHours: signers.length > 0 ? issuance(generation).lifetimes.workloadHours : undefined,
    objects: trustObjects({ signers, hubble, meshed, ownCilium: kind !== "existing" }),
  };
}
