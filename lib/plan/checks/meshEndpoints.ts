import { contains, formatCidr, overlap, parseAddress } from "../cidr";
import { INTERNAL_RANGES, isInternal, reservedRange } from "../reserved";
import type { FleetSpec } from "../spec";
import { readableRanges } from "./ranges";
import type { DraftSite } from "./sites";
import type { Draft } from "./structure";
import { type TakenRange, takenBySites } from "./taken";
import type { Path, Report } from "./wording";

/** The addresses by which peers reach the mesh's API of clusters that exist, where a mesh or links are to lead there. */
export function checkMeshEndpoints(spec: Draft<FleetSpec>, sites: readonly DraftSite[], report: Report): void {
  const isLinked = spec.underlay !== undefined;
  const isMeshed = spec.mesh !== undefined && spec.mesh.implementation !== "none";
  if (!isLinked && !isMeshed) return;
  if (!sites.some(({ site }) => site.kind === "existing")) return;
  const taken = takenBySites(spec, sites);
  const seen = new Map<number, string>();
  for (const one of sites) {
    const { site, path, called } = one;
    if (site.kind !== "existing") continue;
    const at = [...path, "endpoints", "mesh"];
    const given = site.endpoints?.mesh ?? [];
    if (given.length === 0) {
      report(
        at,
        `is missing: peers reach the mesh API of ${called} by an internal address. Give one from its node CIDRs, such as ` +
          `"10.9.0.10", which the load balancer of its Service clustermesh-apiserver holds.`,
      );
    }
    given.forEach((text, index) => {
      const address = text === undefined ? undefined : parseAddress(text);
      // What is no address at all, or one that nobody can have, another check says.
      if (address === undefined || reservedRange({ start: address, prefix: 32 }, "existing") !== undefined) return;
      const place: Path = [...at, index];
      const other = seen.get(address);
      if (other !== undefined)
        report(place, `is "${text}", which ${other} has already: give each an address of its own.`);
      else checkAddress({ text, address }, one, { isLinked, taken }, place, report);
      seen.set(address, other ?? `site ${called}`);
    });
  }
}

interface Around {
  readonly isLinked: boolean;
  readonly taken: readonly TakenRange[];
}

/** Nothing between nodes may translate addresses, and links route node CIDRs alone. */
function checkAddress(
  { text, address }: { readonly text: string | undefined; readonly address: number },
  one: DraftSite,
  { isLinked, taken }: Around,
  path: Path,
  report: Report,
): void {
  const range = { start: address, prefix: 32 };
  const cidrs = one.site.kind === "existing" ? one.site.cidrs : undefined;
  const nodes = readableRanges(cidrs?.nodes ?? []);
  if (!isInternal(range)) {
    report(
      path,
      `is "${text}", a public address: the mesh links nodes by their internal ones, and no NAT may lie between. Give an ` +
        `address from ${INTERNAL_RANGES.slice(0, -1).join(", ")} or ${INTERNAL_RANGES.at(-1)}.`,
    );
    return;
  }
  if (nodes.some((cidr) => contains(cidr, range))) return;
  const own = readableRanges([...(cidrs?.pods ?? []), ...(cidrs?.services ?? [])]).find((cidr) => overlap(cidr, range));
  const other = taken.find(({ cidr, of }) => of !== one && overlap(cidr, range));
  if (own !== undefined || other !== undefined) {
    const whose = own === undefined ? `site ${other?.of.called}` : "its own pods or services";
    report(
      path,
      `is "${text}", in ${formatCidr(own ?? other!.cidr)} of ${whose}, where no peer finds its mesh API: give an address from its ` +
        `node CIDRs.`,
    );
  } else if (isLinked && nodes.length === (cidrs?.nodes?.length ?? -1)) {
    report(
      path,
      `is "${text}", which is in none of the site's node CIDRs (${nodes.map(formatCidr).join(", ")}): links route these and ` +
        `nothing else, give an address from them.`,
    );
  }
}
