import { AMBIENT } from "pulumi-multisite/plan";
import type { Rule } from "../rule";

/** What was a site's own would be made, once the site is lost, in whatever cluster kubectl is set to. */
export const objectsInSites: Rule = {
  name: "n1-033-objects-in-sites",
  displayName: "Kubernetes objects say which cluster they are for",
  description: "Beside a Fleet no Kubernetes object or Helm release is left to a default provider.",
  level: "mandatory",
  severity: "critical",
  remediation:
    "Declare them in a loop over Object.values(fleet.sites), with { provider: site.kubernetes }, or give them a k8s.Provider of their own.",
  compare: ({ fleets, ambient }) =>
    fleets.length === 0
      ? []
      : ambient.map(({ type, name, urn }) => ({
          message: `${type.split(":").at(-1)} ${name} is left to a default provider, ${AMBIENT}.`,
          urn,
        })),
};
