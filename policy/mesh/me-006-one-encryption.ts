import type { Rule } from "../rule";
import { differing } from "./sameness";

/** A node that encrypts sends what a node that does not cannot read, and takes what that sends for an attack. */
export const oneEncryption: Rule = {
  name: "me-006-one-encryption",
  displayName: "A mesh has one encryption",
  description: "Traffic between nodes is encrypted in the same way in every site of a mesh, or in none.",
  level: "mandatory",
  severity: "critical",
  remediation: "Set encryption.enabled and encryption.type alike in every site.",
  atInstall: true,
  program: ({ mesh: { members } }) => [
    ...differing(members, "encryption", ({ encryption }) => encryption),
    ...members
      .filter(({ encryption }) => encryption === "ztunnel")
      .map(({ called, site, urn }) => ({
        message: `Cilium at ${called} encrypts with ztunnel, which knows no mesh: set encryption.type wireguard.`,
        ...{ site, urn },
      })),
  ],
};
