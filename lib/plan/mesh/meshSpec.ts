import type { CiliumMinor } from "../versions";
import type { MeshGate } from "./gate";
import type { WithdrawerSpec } from "./withdrawerPlan";

/** One network for the pods of all sites. */
export interface MeshSpec {
  /**
   * Who joins the sites: `cilium` (ClusterMesh), or `none` for sites that share trust, traffic, capacity and policy only.
   * @default "cilium"
   */
  implementation?: MeshImplementation;

  /**
   * Minor version of Cilium in every site. Versions of two sites may be one minor apart while an upgrade walks them.
   * @default "1.19"
   */
  ciliumVersion?: CiliumMinor;

  /** What encrypts traffic between nodes, the same in every site. @default "wireguard" */
  encryption?: "wireguard" | "none";

  /**
   * MTU of the narrowest link between two sites, in bytes, 1280 to 9001. Required where the library cannot know it: with a
   * site of kind `existing` and no `underlay`. @default that of the underlay; without one 1370 with sites in several clouds, 8500 on AWS alone, else what Cilium detects
   */
  mtuBytes?: number;

  /**
   * Seconds for which the backends of a site are kept after its API stopped answering, 30 to 3600. Cilium's own default, 0,
   * keeps them for ever. Less than a restart of the mesh's API takes would drop a healthy site. @default 180
   */
  cacheTtlSeconds?: number;

  /**
   * A program in each site that withdraws a peer some 10 s after it vanished, which takes Cilium two minutes and
   * `cacheTtlSeconds`, and takes it back; never more peers than `tolerate`. `{}` asks for it as it is. @default none
   */
  withdrawer?: WithdrawerSpec;

  /**
   * In which sites an update ends only when every peer is followed, or fails: in those that the library has `built`, in
   * `all`, or in `none`. @default "built" with an `underlay`, else "none"
   */
  gate?: MeshGate;
}

export type MeshImplementation = "cilium" | "none";
