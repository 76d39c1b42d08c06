import type { CapacitySite } from "./capacityInput";
import type { TooLarge } from "./daemonSets";
import { firstOf } from "./firstOf";
import { amountText } from "./grains";
import { guaranteed } from "./packing";
import { amount, names, type Resources, subtract, sum } from "./resources";
import { podResources } from "./schedulable";
import type { DaemonSetSpec } from "./spec";

/** Notes, and places in one of them, that are written out. */
const [MOST_NOTES, MOST_PLACES] = [8, 4];

/**
 * DaemonSets of which some pods wait for ever, or that may be counted too often, with what to change: no loss of a site has
 * to do with them.
 */
export function daemonSetNotes(sites: readonly CapacitySite[]): string[] {
  const places = new Map<string, { readonly end: string; readonly at: Set<string> }>();
  const add = (what: string, end: string, place: string) => {
    const known = places.get(what) ?? { end, at: new Set<string>() };
    places.set(what, known);
    known.at.add(place);
  };
  for (const site of sites) {
    for (const group of site.nodeGroups.filter((one) => guaranteed(one) > 0)) {
      const { tooLarge, sharedPorts = [] } = group.crowding ?? {};
      const where = group.pool === undefined ? site.name : `pool ${group.pool} of ${site.name}`;
      for (const { what, end, offered } of tooLarge === undefined ? [] : tooLargeTexts(tooLarge))
        add(what, end, `${where} (${offered})`);
      for (const { daemonSets, ports } of sharedPorts)
        add(`DaemonSets ${daemonSets.join(" and ")} both take host port ${ports.join(", ")} of nodes of`, CLASH, where);
      for (const { name, labels } of group.assumed ?? [])
        add(
          `DaemonSet ${name} asks for nodes with ${labels.join(" and ")}, and nobody says whether they are in`,
          ASSUMED,
          where,
        );
    }
  }
  const notes = [...places].map(([what, { end, at }]) => `${what} ${firstOf([...at], MOST_PLACES)}: ${end}`);
  const more = notes.length - MOST_NOTES;
  return more <= 0 ? notes : [...notes.slice(0, MOST_NOTES), `${more} more notes of this kind on DaemonSets.`];
}

const CLASH = "one of the two waits there for ever. Give one of them another port, or keep them on different nodes.";
const ASSUMED =
  "it is counted on all of the nodes there. Where it does not run, add what it asks for to what they are declared to have (`allocatable`).";
const REMEDY =
  "waits there for ever, and is counted as if it ran. Ask for less, use a larger machine type, or keep it off these nodes.";

interface TooLargeText {
  readonly what: string;
  readonly end: string;
  /** What a node has of the resources that are short. */
  readonly offered: string;
}

function tooLargeTexts({ daemonSets, isTogether, allocatable, own }: TooLarge): TooLargeText[] {
  const left = subtract(allocatable, own);
  const text = (who: string, all: readonly DaemonSetSpec[], it: string): TooLargeText => {
    const asked = sum(all.map(podResources));
    const short = names(asked).filter((name) => amount(asked, name) > amount(left, name));
    const offered = short.map((name) => `${amountText(allocatable, name)}${takenBy(own, name)}`);
    const amounts = short.map((name) => amountText(asked, name)).join(", ");
    return {
      what: `${who} for ${amounts}, more than there is on a node of`,
      end: `${it} ${REMEDY}`,
      offered: offered.join(", "),
    };
  };
  const all = daemonSets.map(({ name }) => name);
  return isTogether
    ? [text(`DaemonSets ${firstOf(all, MOST_PLACES)} ask together`, daemonSets, "one of them")]
    : daemonSets.map((one) => text(`DaemonSet ${one.name} asks`, [one], "it"));
}

function takenBy(own: Resources, name: string): string {
  return amount(own, name) > 0 ? `, of which the cluster's own pods take ${amountText(own, name)}` : "";
}
