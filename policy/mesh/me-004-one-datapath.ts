import { type Installation, isKnown, type Setting } from "pulumi-multisite/plan";
import type { Rule } from "../rule";
import { differing } from "./sameness";

/** A packet that one site wraps in a tunnel, another must unwrap. */
export const oneDatapath: Rule = {
  name: "me-004-one-datapath",
  displayName: "A mesh has one datapath",
  description:
    "All sites of a mesh carry packets between pods in the same way, and none puts Cilium behind another CNI alone.",
  level: "mandatory",
  severity: "critical",
  remediation:
    "Leave eni, gke, azure and chaining unset, with routingMode tunnel and one tunnelProtocol in every site.",
  atInstall: true,
  program: ({ mesh: { members } }) => differing(members, "datapath", datapathOf),
};

/** Natively routed by whatever cloud is one datapath; behind another CNI, addresses and policies are that one's. */
function datapathOf({ datapath, cloudModes }: Installation): Setting<string> {
  if (!isKnown(datapath)) return datapath;
  const chaining = cloudModes.filter((mode) => mode.includes("chaining"));
  return chaining.length === 0 ? datapath : `${datapath} (${chaining.join(", ")})`;
}
