import type { Rule } from "../rule";

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
    const n = new Set(serving.map(({ faultDomain }) => faultDomain)).size;
    const store = fleet.settings.quorum?.[0];
    const need = store === undefined ? k + 1 : 2 * k + 1;
    if (n >= need) return [];
    const domains = `${n} fault domain${n === 1 ? "" : "s"} for ${k} tolerated failure${k === 1 ? "" : "s"}`;
    const majority = n === 2 ? " Two sites cannot keep a majority." : "";
    const quorum = store === undefined ? "" : ` for quorum store "${store}".${majority}`;
    return [{ message: `${domains}: need ${need}${quorum === "" ? "." : quorum} Add sites in other fault domains.` }];
  },
};
