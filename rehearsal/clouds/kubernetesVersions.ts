import type { Making, ValueRule } from "./model";
import { show, text } from "./wire";

/**
 * Minor versions of Kubernetes that at least one cloud still offers: the oldest in paid or long-term support, and the newest
 * that is released. Source: endoflife.date/amazon-eks, supported-kubernetes-versions of AKS and GKE's release schedule, read
 * on 2026-11-20.
 */
const OFFERED = { oldest: 31, newest: 36 } as const;

/** A minor version of Kubernetes that the clouds offer. `tail` is what may follow it. */
export function kubernetesVersion(tail: RegExp = /^$/): ValueRule {
  return (value) => {
    const match = /^1\.(\d{1,2})(.*)$/.exec(String(value));
    if (match === null || !tail.test(match[2]!))
      return `must be a version of Kubernetes such as "1.${OFFERED.newest - 1}"; got ${show(value)}`;
    const minor = Number(match[1]);
    if (minor >= OFFERED.oldest && minor <= OFFERED.newest) return undefined;
    return `must be from 1.${OFFERED.oldest} to 1.${OFFERED.newest}, which the clouds offer; got ${show(value)}`;
  };
}

/** The minor of a version such as `1.35.2-gke.100`; NaN for what is none. */
export function minorOf(version: string | undefined): number {
  return Number(/^1\.(\d+)/.exec(version ?? "")?.[1]);
}

/** What the cluster that is being changed ran so far, by the output at a path; undefined while it is being made. */
export function versionBefore({ world, type, scope, id }: Making, path: string): string | undefined {
  return text(world.get(type, scope, id)?.outputs, path);
}

/**
 * What a control plane runs once it is made or changed: what is asked for, else what it ran.
 * @param asked the input with the version
 * @param runs the output with the version that it runs
 */
export function versionOf(it: Making, asked: string, runs: string): string {
  return text(it.inputs, asked) ?? versionBefore(it, runs) ?? `1.${OFFERED.newest - 1}`;
}

/** Whether one version's minor is older than another's; false where either is none. */
export function isOlder(one: string | undefined, other: string | undefined): boolean {
  return minorOf(one) < minorOf(other);
}

/**
 * A control plane is upgraded by one minor version at a time.
 * @param asked the input with the version
 * @param runs the output with the version that it runs
 */
export function oneMinorAtATime(asked: string, runs: string) {
  return (it: Making): string | undefined => {
    const [was, is] = [minorOf(versionBefore(it, runs)), minorOf(text(it.inputs, asked))];
    return is - was > 1
      ? `${asked}: cannot change from 1.${was} to 1.${is}: a control plane takes one minor version at a time; give 1.${was + 1} first`
      : undefined;
  };
}

/** A control plane that its cloud never takes back to an older minor version. */
export function neverOlder(asked: string, runs: string) {
  return (it: Making): string | undefined => {
    const [was, is] = [versionBefore(it, runs), text(it.inputs, asked)];
    return isOlder(is, was)
      ? `${asked}: cannot change from 1.${minorOf(was)} to 1.${minorOf(is)}: a control plane is never taken back to an older minor version`
      : undefined;
  };
}

/** Nodes are never of a newer minor version than their control plane. */
export function nodesNotNewer(asked: string, cluster: string, runs: string) {
  return (it: Making): string | undefined => {
    const [nodes, plane] = [text(it.inputs, asked), text(it.target(cluster)?.outputs, runs)];
    return isOlder(plane, nodes)
      ? `${asked}: 1.${minorOf(nodes)} is newer than the control plane's 1.${minorOf(plane)}; upgrade that first`
      : undefined;
  };
}
