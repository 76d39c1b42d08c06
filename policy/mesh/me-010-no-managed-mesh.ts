import type { Rule } from "../rule";

/** Two owners of one datapath undo each other's work, and neither can be told from the other. */
export const noManagedMesh: Rule = {
  name: "me-010-no-managed-mesh",
  displayName: "No cloud runs a datapath or mesh of its own beside this one",
  description: "Where the program installs Cilium, the cloud brings neither its own Cilium nor a mesh of its own.",
  level: "mandatory",
  severity: "critical",
  remediation:
    "Make the cluster without the cloud's datapath (GKE: LEGACY_DATAPATH, AKS: networkPlugin none), outside its mesh.",
  program: ({ mesh: { managed } }) =>
    managed.map(({ site, what, urn }) => ({
      message: `Site ${site} has ${what} beside the Cilium of this program: a cluster has one. Turn the cloud's off, or leave ours out.`,
      ...{ site, urn },
    })),
};
