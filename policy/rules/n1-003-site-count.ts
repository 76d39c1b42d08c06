import type { JudgedFleet, JudgedSite } from "../judged";
import type { Rule } from "../rule";
import { listed } from "../wording";

/** Fewer fault domains than losses to survive, and no arithmetic helps. */
export const siteCount: Rule = {
  name: "n1-003-site-count",
  displayName: "Enough fault domains",
  description: "The sites lie in more fault domains than may be lost, and in a majority more for stores with a quorum.",
  level: "mandatory",
  severity: "critical",
  remediation: "Add sites in other regions; a store that keeps a majority needs three for one loss.",
  judge: (fleet) => {
    if (fleet.capacity === undefined || fleet.sites.length === 0) return [];
    const k = fleet.capacity.tolerate;
    const serving = fleet.sites.filter(({ serves, faultDomain }) => serves && faultDomain !== undefined);
    const store = fleet.settings.quorum?.[0];
    // A member of a store needs a node to run on before the loss, and after it.
    const bare = store === undefined ? [] : serving.filter((site) => !hasGuaranteedNode(fleet, site));
    const n = new Set(serving.filter((site) => !bare.includes(site)).map(({ faultDomain }) => faultDomain)).size;
    const need = store === undefined ? k + 1 : 2 * k + 1;
    if (n >= need) return [];
    const domains = `${n} fault domain${n === 1 ? "" : "s"} for ${k} tolerated failure${k === 1 ? "" : "s"}`;
    const majority = n === 2 ? " Two sites cannot keep a majority." : "";
    const without = bare.length === 0 ? "" : ` No node is guaranteed at ${listed(bare.map(({ name }) => name))}.`;
    const quorum = store === undefined ? "" : ` for quorum store "${store}".${majority}${without}`;
    return [{ message: `${domains}: need ${need}${quorum === "" ? "." : quorum} Add sites in other fault domains.` }];
  },
};

function hasGuaranteedNode({ input }: JudgedFleet, { name }: JudgedSite): boolean {
  return input?.sites.find((site) => site.name === name)?.nodeGroups.some(({ count }) => count > 0) === true;
}
