import { isObject } from "../../../clouds/wire";
import { listAt, nameOf, textAt } from "../objects";
import type { Rule, Sight } from "./rule";

const ENDPOINTS = { apiVersion: "v1", kind: "Endpoints" };
const SERVICE = { apiVersion: "v1", kind: "Service" };

/**
 * Seconds without a change after which endpoints count as settled. The real provider waits 10 s for stragglers; here pods
 * become ready within one.
 */
const SETTLED_SECONDS = 2;

function endpointsOf({ live, related }: Sight) {
  const found = related("Endpoints").filter((each) => nameOf(each) === nameOf(live));
  const subsets = found.flatMap((each) => listAt(each, "subsets"));
  return {
    isThere: found.length > 0,
    isReady: subsets.some((subset) => listAt(subset, "addresses").length > 0),
    isPending: subsets.some((subset) => listAt(subset, "notReadyAddresses").length > 0),
  };
}

/** A Service is ready when none of the pods that it selects is unready, and a load balancer has its address. */
export const service: Rule = {
  watches: [ENDPOINTS],
  judge(sight) {
    const { live } = sight;
    const type = textAt(live, "spec", "type");
    const isBalanced = type === "LoadBalancer";
    const hasAddress = !isBalanced || listAt(live, "status", "loadBalancer", "ingress").length > 0;
    const spec = isObject(live.spec) ? live.spec : {};
    const selects = isObject(spec.selector) && Object.keys(spec.selector).length > 0;
    const waitsForPods = selects && type !== "ExternalName" && spec.clusterIP !== "None";
    const { isThere, isReady, isPending } = endpointsOf(sight);
    const isSettled = isThere && sight.quietSeconds >= SETTLED_SECONDS && !isPending;
    const problems = [];
    if (waitsForPods && !isReady) {
      problems.push(
        "Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may not match labels on any Pods",
      );
    }
    if (!hasAddress) problems.push("Service was not allocated an IP address; does your cloud provider support this?");
    return { isReady: hasAddress && (!waitsForPods || isSettled), problems };
  },
};

/** An Ingress is ready when someone has given it an address, and the services that it leads to have endpoints. */
export const ingress: Rule = {
  watches: [ENDPOINTS, SERVICE],
  judge(sight) {
    const { live, related } = sight;
    const hasAddress = listAt(live, "status", "loadBalancer", "ingress").length > 0;
    const known = new Set([
      ...related("Endpoints").map(nameOf),
      ...related("Service")
        .filter((each) => textAt(each, "spec", "type") === "ExternalName")
        .map(nameOf),
    ]);
    const paths = listAt(live, "spec", "rules").flatMap((rule) =>
      listAt(rule, "http", "paths").map((path) => ({
        at: `${textAt(rule, "host")}${textAt(path, "path")}`,
        service: textAt(path, "backend", "service", "name"),
      })),
    );
    const lost = paths.filter((path) => path.service !== "" && !known.has(path.service));
    const problems = lost.length === 0 ? [] : ["Ingress has at least one rule with an unavailable target endpoint."];
    const warnings = lost.map(
      (path) => `No matching service found for ingress rule: "${path.at}" -> "${path.service}"`,
    );
    if (!hasAddress) {
      problems.push(
        "Ingress .status.loadBalancer field was not updated with a hostname/IP address. \n    for more information about this error, see https://pulumi.io/xdv72s",
      );
    }
    return { isReady: hasAddress && (lost.length === 0 || sight.quietSeconds >= 60), problems, warnings };
  },
};
