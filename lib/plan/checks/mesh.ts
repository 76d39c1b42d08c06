import type { MeshSpec } from "../mesh/meshSpec";
import type { FleetSpec } from "../spec";
import type { DraftSite } from "./sites";
import type { Draft } from "./structure";
import type { Report } from "./wording";

/** What sites must have to be joined to one mesh. */
export function checkMesh(spec: Draft<FleetSpec>, sites: readonly DraftSite[], report: Report): void {
  if (spec.mesh === undefined) return;
  if (spec.mesh.implementation === "none") {
    checkNothingPromised(spec.mesh, report);
    return;
  }
  const given = sites.filter(({ site }) => site.kind === "existing");
  // The links of an underlay say what they carry.
  if (given.length > 0 && spec.mesh.mtuBytes === undefined && spec.underlay === undefined) {
    const who = given.map(({ called }) => called).join(", ");
    report(
      ["mesh", "mtuBytes"],
      `is missing: nobody but you knows what links ${who} to the others. Give the bytes that the narrowest link carries ` +
        `(a VPN of AWS 1399, of Google Cloud 1406), less some headroom: 1370 fits both.`,
    );
  }
}

/** Where nobody follows anybody, what watches followers would watch nothing, and nobody would notice. */
function checkNothingPromised({ withdrawer, gate }: Draft<MeshSpec>, report: Report): void {
  const why = 'while mesh.implementation is "none", where no site follows another: remove it, or the implementation.';
  if (withdrawer !== undefined) report(["mesh", "withdrawer"], `is given ${why}`);
  if (gate !== undefined && gate !== "none") report(["mesh", "gate"], `is "${gate}" ${why}`);
}
