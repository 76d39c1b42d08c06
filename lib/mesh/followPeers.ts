import type * as pulumi from "@pulumi/pulumi";
import { type MeshPlan, meshOf } from "../plan/mesh";
import type { Site } from "../site";
import { type FollowedPart, followedPeers } from "./objects";

/**
 * Has every site follow its peers: its mesh API once every member answers, and its agents once every mesh API has been told.
 * A peer that is still being built would be one that is not ready, for as long as that takes, in everybody's alerts. And
 * whoever comes too early waits longer each time: a mesh API that is refused asks again after twice as long, up to a minute;
 * an agent that finds nothing of a peer in its mesh API, a second later than the time before (Cilium 1.19.5,
 * pkg/kvstore/etcd.go `newExpBackoffRateLimiter`, pkg/controller/controller.go). Who may ask is known to a mesh API within
 * 5 s (pkg/fswatcher): a site that joins is known to its peers before its own cluster is there.
 *
 * No Cilium waits for these Secrets, which its pods mount as optional ones: every site is built at its own pace, and no two
 * wait for each other.
 */
export function followPeers(mesh: MeshPlan, sites: Readonly<Record<string, Site>>): void {
  const members = mesh.members.flatMap(({ name }) => sites[name] ?? []);
  const answer = members.flatMap(({ answersPeers }) => answersPeers);
  inTurn("clusterMesh", mesh, members, inTurn("kvstoreMesh", mesh, members, answer));
  // Who is leaving follows nobody, and nobody waits for it.
  for (const site of Object.values(sites).filter((one) => !members.includes(one)))
    for (const part of ["kvstoreMesh", "clusterMesh"] as const) follow(site, part, mesh, []);
}

/**
 * Tells one part of each site. The first waits for all that came before, and the others for the first: that is as many
 * dependencies as there are sites, not as there are pairs.
 */
function inTurn(
  part: FollowedPart,
  mesh: MeshPlan,
  sites: readonly Site[],
  before: readonly pulumi.Resource[],
): pulumi.Resource[] {
  const made: pulumi.Resource[] = [];
  for (const site of sites) made.push(...follow(site, part, mesh, made.length === 0 ? before : made.slice(0, 1)));
  return made;
}

function follow(site: Site, part: FollowedPart, mesh: MeshPlan, after: readonly pulumi.Resource[]): pulumi.Resource[] {
  const { plan, kubernetes, controlPlane } = site;
  const peers = meshOf(mesh).objects(mesh, plan.name);
  if (peers === undefined || site.answersPeers.length === 0) return [];
  const options = {
    ...{ parent: site, provider: kubernetes, dependsOn: [...controlPlane.ready, ...after] },
    ...(controlPlane.cluster && { deletedWith: controlPlane.cluster }),
  };
  return [followedPeers(plan.name, part, peers, options)];
}
