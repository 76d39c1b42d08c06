import { Job } from "@pulumi/kubernetes/batch/v1/job";
import * as pulumi from "@pulumi/pulumi";
import type { SiteGate } from "../../plan/mesh/siteGates";
import type { Site } from "../../site";
import { gateJob } from "./objects";

/** What `MeshGates` is made of. `Fleet` makes these. */
export interface MeshGatesArgs {
  readonly gates: readonly SiteGate[];
  readonly sites: { readonly [name: string]: Site };
  /** All that the mesh needs: every site, and the links between them. */
  readonly after: readonly pulumi.Resource[];
}

/**
 * The end of an update of a mesh: a Job in each site that is done when its peers are followed. It is made anew, and awaited
 * again, when they or Cilium's version change; otherwise it costs nothing.
 */
export class MeshGates extends pulumi.ComponentResource {
  static readonly __pulumiType = "multisite:index:MeshGates";

  /** @param name name of the fleet; Jobs are named after their sites. */
  constructor(name: string, { gates, sites, after }: MeshGatesArgs, opts?: pulumi.ComponentResourceOptions) {
    super(MeshGates.__pulumiType, name, { gates }, opts);
    for (const gate of gates) {
      const site = sites[gate.site];
      if (site === undefined) continue;
      const { cluster } = site.controlPlane;
      new Job(`${gate.site}-mesh-ready`, gateJob(gate), {
        ...{ parent: this, provider: site.kubernetes, dependsOn: [...after] },
        ...(cluster && { deletedWith: cluster }),
        // Its name is its own, and its template cannot be changed.
        deleteBeforeReplace: true,
        customTimeouts: { create: "15m" },
      });
    }
    this.registerOutputs({ gates });
  }
}
