import { contains, parseAddress, parseCidr } from "../cidr";
import type { MeshSpec } from "../mesh/meshSpec";
import type { ExistingSiteSpec, FleetSpec } from "../spec";
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
  for (const one of sites) checkEndpoint(one, report);
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

/** Peers reach a site by addresses that its own networks route: nothing between nodes may translate addresses. */
function checkEndpoint({ site, path, called }: DraftSite, report: Report): void {
  if (site.kind !== "existing") return;
  const addresses = (site as Draft<ExistingSiteSpec>).endpoints?.mesh;
  if (addresses === undefined || addresses.length === 0) {
    report(
      [...path, "endpoints", "mesh"],
      `is missing: the peers of ${called} need an internal address of its mesh API. Give one from its node CIDRs, which ` +
        `the load balancer of its Service clustermesh-apiserver holds.`,
    );
    return;
  }
  addresses.forEach((address, index) => {
    if (address === undefined || isPrivate(address)) return;
    report(
      [...path, "endpoints", "mesh", index],
      `is "${address}", a public address: the mesh links nodes by their internal ones, and no NAT may lie between. Give an ` +
        `address from 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10.`,
    );
  });
}

const INTERNAL = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].map(parseCidr);

function isPrivate(text: string): boolean {
  const address = parseAddress(text);
  // What is no address at all, another check says.
  return address === undefined || INTERNAL.some((range) => contains(range, { start: address, prefix: 32 }));
}
