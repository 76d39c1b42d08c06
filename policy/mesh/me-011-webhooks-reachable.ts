import { type CalledProgram, nodesOwner } from "pulumi-multisite/plan";
import type { Finding } from "../judged";
import type { Rule } from "../rule";

/** EKS's API server has a route to nodes and none to pods of an overlay: what it cannot call, refuses everything or is not there. */
export const webhooksReachable: Rule = {
  name: "me-011-webhooks-reachable",
  displayName: "The API server of EKS reaches what it calls",
  description:
    "On EKS with pods in an overlay, webhooks and aggregated APIs run on the host network, each on a port of its own.",
  level: "mandatory",
  severity: "critical",
  remediation:
    "Set hostNetwork and a port of its own in the pods, or in the chart's values; reserve it in the site's webhookPorts.",
  program: ({ mesh: { called } }) => [...called.flatMap(unreachable), ...called.flatMap(onNodes), ...clashes(called)],
};

function unreachable({ site, urn, called, behind, isOnHost }: CalledProgram): Finding[] {
  if (isOnHost !== false) return [];
  const message =
    `${called} at ${site} has its pods (${behind}) in the overlay, which the API server of EKS does not reach: run them ` +
    `with hostNetwork, on a port of their own.`;
  return [{ message, site, urn }];
}

function onNodes({ site, urn, behind, isOnHost, ports }: CalledProgram): Finding[] {
  if (isOnHost !== true) return [];
  return ports.flatMap((port) => {
    const owner = nodesOwner(port);
    if (owner === undefined) return [];
    return [
      {
        message: `${behind} at ${site} is on port ${port} of the host, which is ${owner}'s on every node: give another.`,
        site,
        urn,
      },
    ];
  });
}

/** Pods that hold one port of their node never share a node, so a site of few nodes has one of them only. */
function clashes(all: readonly CalledProgram[]): Finding[] {
  const first = new Map<string, CalledProgram>();
  return all
    .filter(({ isOnHost }) => isOnHost === true)
    .flatMap((one) =>
      [...new Set(one.ports)].flatMap((port) => {
        const key = `${one.site} ${port}`;
        const other = first.get(key);
        if (other === undefined) first.set(key, one);
        if (other === undefined || other.behind === one.behind) return [];
        const message = `${one.behind} and ${other.behind} at ${one.site} both hold port ${port} of the host: no node runs both, give each its own.`;
        return [{ message, site: one.site, urn: one.urn }];
      }),
    );
}
