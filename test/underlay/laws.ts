import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { multisite, ROOT } from "../support/multisite";
import type { Network, Packet } from "./firewalls";
import type { Resource } from "./model";
import type { Solver } from "./solver";

/** The mesh's ports by Cilium's own list, written down again: the plan's table is what is judged here. */
const MESH: readonly [Packet["protocol"], number][] = [
  ["tcp", 2379],
  ["tcp", 4240],
  ["udp", 8472],
  ["udp", 51871],
  ["icmp", 8],
];
/** On EKS the mesh's API is at a port of the nodes, and nodes share a group with the API server, which is private. */
const MORE_ON_AWS: readonly [Packet["protocol"], number][] = [
  ["tcp", 32379],
  ["tcp", 443],
];
/** Ports beside those listed, each with its neighbours, at both ends, and some that services have. */
const PROBED = [
  1, 22, 53, 80, 443, 2378, 2379, 2380, 4239, 4240, 4241, 4244, 4250, 6081, 6443, 8471, 8472, 8473, 10250,
];
const MORE_PROBED = [30000, 32378, 32379, 32380, 51870, 51871, 51872, 65535];

/** What a rehearsal of an example made. */
export async function rehearsed(example: string, file: string, ...more: readonly string[]): Promise<Resource[]> {
  const run = await multisite(["rehearse", join(ROOT, "examples", example), "--state", file, ...more]);
  assert.equal(run.exit, 0, run.stderr);
  return resourcesOf(file);
}

/** The resources of a state that a rehearsal left. */
export function resourcesOf(file: string): Resource[] {
  const { deployment } = JSON.parse(readFileSync(file, "utf8")) as { deployment: { resources: Resource[] } };
  return deployment.resources;
}

/** Every pair of sites, in both directions. */
export function pairs(of: Solver): (readonly [Network, Network])[] {
  return of.networks.flatMap((a) => of.networks.filter((b) => b !== a).map((b) => [a, b] as const));
}

/** Pairs of which one does not reach the other at the MTU of the narrowest tunnel. */
export function unreached(
  of: Solver,
  lost: ReadonlySet<string> = new Set(),
  gone: ReadonlySet<string> = new Set(),
): string[] {
  return pairs(of)
    .filter(([a, b]) => !gone.has(a.site) && !gone.has(b.site))
    .filter(([a, b]) => (of.way(a, b, lost) ?? 0) < 1399)
    .map(([a, b]) => `${a.site} to ${b.site}`);
}

/** Pairs and ports where the firewalls differ from the list: open though not listed, or listed and closed. */
export function wrongPorts(of: Solver): string[] {
  return pairs(of).flatMap(([a, b]) => {
    const wanted = new Set(
      [...MESH, ...(b.cloud === "aws" ? MORE_ON_AWS : [])].map(([protocol, port]) => `${protocol} ${port}`),
    );
    const probes = (["tcp", "udp"] as const).flatMap((protocol) =>
      [...PROBED, ...MORE_PROBED].map((port) => [protocol, port] as const),
    );
    return [...probes, ["icmp", 8] as const]
      .filter(([protocol, port]) => of.admits(a, b, protocol, port) !== wanted.has(`${protocol} ${port}`))
      .map(([protocol, port]) => `${a.site} to ${b.site}: ${protocol} ${port}`);
  });
}

/** How the engine marks a secret in a state; its value is sealed. */
const SECRET = "4dabf18193072939515e22adb298388d";

/** Every key of a tunnel in a state, however deep, and whether it is sealed. */
export function tunnelKeys(state: readonly Resource[]): { readonly name: string; readonly isSealed: boolean }[] {
  const found: { name: string; isSealed: boolean }[] = [];
  const walk = (value: unknown) => {
    if (typeof value !== "object" || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      if (/^(tunnel\dPresharedKey|sharedKey|sharedSecret)$/.test(name)) {
        found.push({ name, isSealed: typeof inner === "object" && inner !== null && SECRET in inner });
      } else walk(inner);
    }
  };
  for (const { inputs, outputs } of state) walk([inputs, outputs]);
  return found;
}
