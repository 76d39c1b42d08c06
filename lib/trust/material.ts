import type * as pulumi from "@pulumi/pulumi";
import type { LeafPair, MeshCredentials } from "../mesh/credentials";
import type { CertificateRole, SiteTrustPlan, TrustPlan } from "../plan/trust/plan";
import type { TrustRotation } from "../plan/trustPhases/rotation";

/**
 * A certificate, and after it the intermediates that must be sent along, never the root; and its key, a secret. In PEM.
 */
export type Pair = LeafPair;

/** What a site holds of the fleet's trust: never the key of a root. */
export interface SiteMaterial {
  readonly plan: SiteTrustPlan;
  /** Of the fleet, which tells its sites from those of another one of the same names. */
  readonly trustDomain: string;
  readonly rotation: TrustRotation;
  /** The roots that the site trusts, in PEM, in the order of the rotation. No intermediate. */
  readonly roots: pulumi.Input<string>;
  /** Leaves and intermediates by what they are for. */
  readonly pairs: { readonly [role in CertificateRole]?: Pair };
}

/** Where sites get their material from: built in the same program, or read from where a trust stack left it. */
export interface TrustSource {
  (name: string, plan: TrustPlan, options: pulumi.ComponentResourceOptions): { readonly [site: string]: SiteMaterial };
  /** What is wrong with it for this plan, before anything is made. */
  readonly problems?: (plan: TrustPlan) => string[];
}

/** What a site proves itself with in the mesh. */
export function meshCredentialsOf({ pairs, roots }: SiteMaterial): MeshCredentials {
  const { meshServer, meshAdmin, meshRemote, meshLocal } = pairs as Required<SiteMaterial["pairs"]>;
  return { server: meshServer, admin: meshAdmin, remote: meshRemote, local: meshLocal, roots };
}
