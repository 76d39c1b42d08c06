import type { Finding } from "../judged";
import type { Rule } from "../rule";

/** What has to be true of the records before a site dies, since nobody is there to change them when it does. */
export const failoverTime: Rule = {
  name: "n1-015-failover-time",
  displayName: "Users leave a dead site in time",
  description:
    "At every DNS service, detection and TTL together are within the fleet's objective, and the TTL is 60 s or less.",
  level: "advisory",
  severity: "medium",
  remediation: "Check more often, or with fewer failures, lower the TTL, or agree on another objective.",
  judge: ({ traffic }) => {
    if (traffic === undefined) return [];
    const { objectiveSeconds, ttlSeconds } = traffic;
    const slow = traffic.steering
      .filter(({ totalSeconds }) => totalSeconds > objectiveSeconds)
      .map((time): Finding => {
        const parts = `${time.failures} checks of ${time.intervalSeconds}s, ${time.timeoutSeconds}s timeout, ${time.ttlSeconds}s TTL`;
        return {
          message: `Estimated fail-over ${time.totalSeconds}s of ${time.service} > RTO ${objectiveSeconds}s (${parts}). Lower one of them, or raise traffic.objectiveSeconds.`,
        };
      });
    const long: Finding[] =
      ttlSeconds > 60
        ? [
            {
              message: `TTL of ${traffic.domain} is ${ttlSeconds}s: resolvers keep a dead site that long. Use 60s or less.`,
            },
          ]
        : [];
    return [...slow, ...long];
  },
};

/** One service is one failure for all sites. */
export const dnsProviders: Rule = {
  name: "n1-015-dns-providers",
  displayName: "Two DNS services answer",
  description: "The public name is answered by two authoritative DNS services, so that either may be lost.",
  level: "advisory",
  severity: "medium",
  remediation: "Add a second service to traffic.providers, and enter the name servers of both at the registrar.",
  judge: ({ traffic }) => {
    const [only, second] = traffic?.services ?? [];
    if (only === undefined || second !== undefined) return [];
    return [
      {
        message: `Only one DNS provider (${only.service}) answers for ${traffic?.zone}: when it is out, no site is found. Add a second one to traffic.providers.`,
      },
    ];
  },
};

/** A front that is everywhere at once is also wrong everywhere at once. */
export const singleFront: Rule = {
  name: "n1-015-single-front",
  displayName: "No one front before all sites",
  description:
    "Users reach the sites by DNS alone. An anycast front has one global configuration, whose failure cuts off every site.",
  level: "advisory",
  severity: "medium",
  remediation: "Leave traffic.front out, or accept it as an exception with a reason and a last day.",
  judge: ({ traffic }) =>
    traffic?.front === undefined
      ? []
      : [
          {
            message: `All users of ${traffic.domain} enter by ${traffic.front.service}: when its one global configuration is at fault, every site is cut off. Leave traffic.front out, or accept it for now.`,
          },
        ],
};

/** What the resources of a stack show: it holds for programs without this library too. */
export const routingHealth: Rule = {
  name: "n1-015-routing-health",
  displayName: "Every site has a health check at every DNS service",
  description:
    "Every record that leads to a site has a health check, every alias evaluates its target's health, each name has one owner, and no site is drained by a traffic dial of 0, which fail-over ignores.",
  level: "mandatory",
  severity: "high",
  remediation: "Give the record a health check, or use the library's traffic, which does.",
  judge: ({ routes }) => [...routes],
  compare: ({ routes }) => [...routes],
};
