import { collide, portNames } from "./exclusion";
import { fits, type Resources, subtract, sum } from "./resources";
import { byZone, mightRunOn, type NodeTraits, openLabelsOf, podResources } from "./schedulable";
import type { DaemonSetSpec } from "./spec";

/** Why DaemonSets that may run on a node do not all run there, however empty it is. */
export interface Crowding {
  readonly tooLarge: TooLarge | undefined;
  readonly sharedPorts: readonly SharedPorts[];
}

/** DaemonSets for whose pods a node has no room beside the cluster's own. */
export interface TooLarge {
  /** Those that are too large alone, each of them; else all of the node, which are too large together. */
  readonly daemonSets: readonly DaemonSetSpec[];
  readonly isTogether: boolean;
  /** What a node offers to all pods, the cluster's own included. */
  readonly allocatable: Resources;
  /** What the cluster's own take of it. */
  readonly own: Resources;
}

/** Two DaemonSets that take a port of a node both. */
export interface SharedPorts {
  readonly daemonSets: readonly [string, string];
  /** Such as `9100/TCP`. */
  readonly ports: readonly string[];
}

/** What a node offers, and what the cluster's own pods take of it. */
type Room = Pick<TooLarge, "allocatable" | "own">;

/**
 * Finds what keeps DaemonSets off nodes that they may run on.
 * @param nodes of a pool, one for each machine type that it may mix
 * @returns undefined when all of them run
 */
export function crowdingOf(
  daemonSets: readonly DaemonSetSpec[],
  nodes: readonly NodeTraits[],
  room: Room,
): Crowding | undefined {
  const together = nodes.flatMap(byZone).map((node) => daemonSets.filter((one) => mightRunOn(one, node)));
  const tooLarge = together.map((here) => tooLargeOf(here, room)).find((found) => found !== undefined);
  const shared = new Map(together.flatMap(sharedPortsOf).map((one) => [one.daemonSets.join("\n"), one]));
  return tooLarge === undefined && shared.size === 0 ? undefined : { tooLarge, sharedPorts: [...shared.values()] };
}

function tooLargeOf(here: readonly DaemonSetSpec[], { allocatable, own }: Room): TooLarge | undefined {
  // A node without room for the cluster's own pods is no matter of DaemonSets.
  if (!fits(own, allocatable)) return undefined;
  const left = subtract(allocatable, own);
  const alone = here.filter((one) => !fits(podResources(one), left));
  if (alone.length > 0) return { daemonSets: alone, isTogether: false, allocatable, own };
  return fits(sum(here.map(podResources)), left) ? undefined : { daemonSets: here, isTogether: true, allocatable, own };
}

function sharedPortsOf(here: readonly DaemonSetSpec[]): SharedPorts[] {
  const users = here.filter(({ hostPorts = [] }) => hostPorts.length > 0);
  return users.flatMap((one, index) =>
    users.slice(index + 1).flatMap((other): SharedPorts[] => {
      if (disagree(one, other)) return [];
      const ports = (one.hostPorts ?? []).filter((port) => collide([port], other.hostPorts ?? []));
      return ports.length === 0 ? [] : [{ daemonSets: [one.name, other.name], ports: portNames(ports) }];
    }),
  );
}

/** Whether no node can have the labels that both ask for. */
function disagree({ nodeSelector: one = {} }: DaemonSetSpec, { nodeSelector: other = {} }: DaemonSetSpec): boolean {
  return Object.entries(one).some(([key, value]) => Object.hasOwn(other, key) && other[key] !== value);
}

/** A DaemonSet that is counted on nodes of which nobody knows whether they have the labels that it asks for. */
export interface AssumedDaemonSet {
  readonly name: string;
  /** Such as `disk=ssd`. */
  readonly labels: readonly string[];
}

/** Those that are counted on some of the nodes without being known to run there. */
export function assumedOn(daemonSets: readonly DaemonSetSpec[], nodes: readonly NodeTraits[]): AssumedDaemonSet[] {
  return daemonSets.flatMap((one) => {
    const open = nodes.filter((node) => mightRunOn(one, node)).flatMap((node) => openLabelsOf(one, node));
    const labels = [...new Set(open.map(([key, value]) => `${key}=${value}`))];
    return labels.length === 0 ? [] : [{ name: one.name, labels }];
  });
}
