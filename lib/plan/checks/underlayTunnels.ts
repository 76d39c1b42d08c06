import { readCidr } from "../cidr";
import { isCloud } from "../faultDomains";
import { pairKey } from "../underlay/links";
import { linkRange, rangeAllowed } from "../underlay/tunnels";
import { readRange } from "./ranges";
import type { Declared, LinkableSite } from "./underlay";
import type { Path, Report } from "./wording";

/** Inside addresses that somebody gives to one link. */
export function checkTunnelRange(
  text: string,
  isUnused: boolean,
  ends: readonly LinkableSite[],
  path: Path,
  report: Report,
): void {
  const at = [...path, "tunnelRange"];
  if (isUnused) {
    report(at, `is for a VPN that the library makes: remove it.`);
    return;
  }
  const range = readRange(text, at, report);
  const withAzure = ends.some(({ provider }) => provider === "azure");
  if (range === undefined || rangeAllowed(range, withAzure)) return;
  const where = withAzure ? "169.254.21.0 to 169.254.22.255, all that Azure takes" : "169.254.32.0 to 169.254.95.255";
  report(at, `is "${text}": give a /28 of ${where}.`);
}

/** A pair whose tunnels have a range, and whether the spec gives it. */
interface Holder {
  readonly peer: string;
  readonly isGiven: boolean;
}

/** Two links of one gateway with the same inside addresses: numbers that Azure's few ranges cannot tell apart, or a range given. */
export function checkTunnelRanges(sites: readonly LinkableSite[], declared: Declared, report: Report): void {
  const taken = new Map<string, Holder>();
  const linked = sites.filter((site) => site.isOwn && site.isLinked && isCloud(site.provider));
  linked.forEach((a, index) => {
    for (const b of linked.slice(index + 1)) {
      if (a.provider === b.provider || a.number === undefined || b.number === undefined) continue;
      const link = declared.get(pairKey(a.name, b.name));
      if (link?.link.kind === "interconnect" || link?.link.given === true) continue;
      const given = link?.link.tunnelRange === undefined ? undefined : readCidr(link.link.tunnelRange);
      const own = given === undefined || "fault" in given ? undefined : given;
      const ends = [
        { ...a, number: a.number },
        { ...b, number: b.number },
      ] as const;
      const { start } = own ?? linkRange(ends);
      for (const [end, peer] of [[a, b] as const, [b, a] as const]) {
        const key = `${end.name} ${start}`;
        const other = taken.get(key);
        if (other === undefined) {
          taken.set(key, { peer: peer.name, isGiven: own !== undefined });
          continue;
        }
        report(
          link?.path ?? [...b.draft.path, "number"],
          `gives the tunnels ${a.name} -- ${b.name} the inside addresses that ${end.name} -- ${other.peer} has: ` +
            (own !== undefined || other.isGiven ? GIVEN_TWICE : NUMBERS_MEET),
        );
      }
    }
  });
}

const GIVEN_TWICE = "one of both has a tunnelRange in underlay.links. Give that another, or remove it.";

const NUMBERS_MEET =
  "Azure has 32 ranges, and numbers that differ by a multiple of 32 share one. Give another number, or this pair a " +
  "tunnelRange in underlay.links.";
