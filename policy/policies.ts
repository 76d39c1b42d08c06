import { Court } from "./court";
import { meshRules } from "./mesh";
import { makePolicies } from "./pack";
import type { Rule } from "./rule";
import { topologyDeclared } from "./rules/n1-001-topology-declared";
import { capacityKnown } from "./rules/n1-002-capacity-known";
import { siteCount } from "./rules/n1-003-site-count";
import { siteLoss } from "./rules/n1-004-site-loss";
import { survivorOverload } from "./rules/n1-005-survivor-overload";
import { guaranteedNotMaximum } from "./rules/n1-006-guaranteed-not-max";
import { interruptible } from "./rules/n1-007-interruptible";
import { correlatedSites, sharedDependency } from "./rules/n1-008-correlated-sites";
import { podsAndAddresses } from "./rules/n1-010-pods-and-ips";
import { largestPodFits } from "./rules/n1-011-largest-pod";
import { replicasPrescaled } from "./rules/n1-012-replicas-prescaled";
import { demandTruth } from "./rules/n1-013-demand-truth";
import { upgradeSafety } from "./rules/n1-014-upgrade-safety";
import { dnsProviders, failoverTime, routingHealth, singleFront } from "./rules/n1-015-routing-health";
import { declaredVersusReal } from "./rules/n1-018-declared-vs-real";
import { staleFacts } from "./rules/n1-019-stale-facts";
import { certificatesRenewed, clocksRenewed } from "./rules/n1-030-certificates-renewed";
import { publicCertificate } from "./rules/n1-032-public-certificate";
import { objectsInSites } from "./rules/n1-033-objects-in-sites";
import { trustRules } from "./trust";
import { type PackRun, trustPolicy } from "./trust/trustRule";

/** The rules, in the order in which they are reported. */
export const rules: readonly Rule[] = [
  topologyDeclared,
  capacityKnown,
  siteCount,
  siteLoss,
  survivorOverload,
  guaranteedNotMaximum,
  interruptible,
  correlatedSites,
  sharedDependency,
  podsAndAddresses,
  largestPodFits,
  replicasPrescaled,
  demandTruth,
  upgradeSafety,
  routingHealth,
  failoverTime,
  dnsProviders,
  singleFront,
  publicCertificate,
  objectsInSites,
  declaredVersusReal,
  ...meshRules,
  staleFacts(policyNames),
];

function policyNames(): string[] {
  return policies.map(({ name }) => name);
}

const court = new Court(() => new Date().toISOString().slice(0, 10));
const run: PackRun = {
  now: () => new Date(),
  shared: () => court.shared,
  learn: (rule, settings, known) => court.learn(rule, settings, known),
};
const aboutFleets = makePolicies(rules, court);

/**
 * The policies of the pack. Importing them starts nothing: `index.ts` serves them. The last rule judges the settings of all others,
 * so it is asked when they have been.
 */
export const policies = [
  ...aboutFleets.slice(0, -1),
  ...trustRules.map((rule) => trustPolicy(rule, run)),
  certificatesRenewed(run),
  clocksRenewed(run),
  ...aboutFleets.slice(-1),
];
