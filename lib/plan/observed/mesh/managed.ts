import { isPlain } from "../../workloads/objects";
import type { ObservedResource, ObservedSite } from "../types";
import type { Installation } from "./installations";
import { at } from "./settings";

/** A datapath or mesh that a cloud runs in a cluster where the program puts Cilium itself. */
export interface ManagedMesh {
  readonly site: string;
  readonly urn: string;
  readonly what: string;
}

const MEMBER = "azure-native:containerservice:FleetMember";
/** In preview: also of SDKs that teams generate for one version of Azure's API. */
const MESH_PROFILE = /^azure-native[^:]*:containerservice:ClusterMeshProfile$/;

/** Whether a resource of this type is part of a cloud's own mesh. */
export function isManagedMesh(type: string): boolean {
  return type === MEMBER || MESH_PROFILE.test(type);
}

/** Where a cloud's Cilium, or its mesh of Ciliums, meets one of the program. */
export function managedMeshes(
  installed: readonly Installation[],
  sites: readonly ObservedSite[],
  resources: readonly ObservedResource[],
): ManagedMesh[] {
  const ours = sites.filter(({ name }) => installed.some(({ site }) => site === name));
  const byUrn = new Map(ours.map((site) => [site.cluster.urn, site.name]));
  const datapaths = resources.flatMap((resource) => {
    const site = byUrn.get(resource.urn);
    const what = site === undefined ? undefined : datapathOf(resource);
    return site === undefined || what === undefined ? [] : [{ site, urn: resource.urn, what }];
  });
  return [...datapaths, ...fleetMeshes(byUrn, resources)];
}

function datapathOf({ props }: ObservedResource): string | undefined {
  if (at(props, ["datapathProvider"]) === "ADVANCED_DATAPATH") return "GKE Dataplane V2";
  if (at(props, ["enableAutopilot"]) === true) return "GKE Autopilot, which always has Dataplane V2";
  const profile = at(props, ["networkProfile"]);
  const plane = isPlain(profile)
    ? (profile.networkDataplane ?? profile.networkDataPlane ?? profile.ebpfDataPlane)
    : undefined;
  return plane === "cilium" ? "Azure CNI powered by Cilium" : undefined;
}

/** Members of a Fleet of Azure that has a mesh profile: it meshes what its selector chooses, so any member may be chosen. */
function fleetMeshes(
  ours: ReadonlyMap<string | undefined, string>,
  resources: readonly ObservedResource[],
): ManagedMesh[] {
  const profiles = resources.filter(({ type }) => MESH_PROFILE.test(type));
  return resources
    .filter(({ type }) => type === MEMBER)
    .flatMap((member) => {
      const site = (member.propertyDependencies.clusterResourceId ?? []).flatMap((urn) => ours.get(urn) ?? [])[0];
      if (site === undefined || !profiles.some((profile) => sharesFleet(profile, member))) return [];
      return [{ site, urn: member.urn, what: "a mesh of Azure Kubernetes Fleet Manager" }];
    });
}

function sharesFleet(one: ObservedResource, other: ObservedResource): boolean {
  const from = one.propertyDependencies.fleetName ?? [];
  if (from.some((urn) => (other.propertyDependencies.fleetName ?? []).includes(urn))) return true;
  const name = at(one.props, ["fleetName"]);
  return typeof name === "string" && name === at(other.props, ["fleetName"]);
}
