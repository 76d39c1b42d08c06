import { type MeshPlan, meshOf, skewProblems } from "../../lib/plan/mesh";
import type { FleetPlan } from "../../lib/plan/plan";
import { kubernetes } from "../clusters/sites/kubernetes";
import { askMesh } from "../mesh/collect";
import { meshReaderOf } from "../mesh/reader";
import { meshTable, problemsText, type SiteReport } from "../mesh/text";
import type { Terminal } from "../terminal";
import { UserError } from "../userError";
import { accessOf, canAsk } from "./kubeconfigs";
import { writeDocument } from "./output";
import { programPlan } from "./programPlan";
import type { SiteOptions } from "./siteOptions";

/** Options of `multisite mesh status`. */
export interface MeshStatusOptions extends SiteOptions {
  /** Whether packets are sent along the paths between the sites. */
  mtu: boolean;
}

/**
 * `multisite mesh status`: whether every site's links are as the plan has them, as the sites themselves say.
 * @returns the exit code: 0 when every awaited site is ready, 1 when one is not or was not reached.
 */
export async function meshStatus(
  dir: string,
  options: MeshStatusOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const { plan, mesh } = await meshOfProgram(dir, options, terminal, signal);
  const askedAt = new Date().toISOString();
  const sites = await reports(plan, mesh, options, terminal, signal);
  const skew = skewProblems(
    Object.fromEntries(sites.flatMap(({ name, answer }) => (answer?.reached ? [[name, answer.seen.versions]] : []))),
  );
  const isReady = skew.length === 0 && sites.every(({ answer, status }) => answer === undefined || status?.isReady);
  const text = [
    `The mesh of the fleet, seen ${askedAt.slice(0, 10)} ${askedAt.slice(11, 19)} UTC`,
    meshTable(sites),
    problemsText(sites, skew) ?? "Every link is as it is to be.",
  ].join("\n\n");
  writeDocument(
    { version: 1, askedAt, isReady, mtuBytes: mesh.mtuBytes ?? null, sites, skew },
    text,
    options.json,
    terminal,
  );
  return isReady ? 0 : 1;
}

/**
 * The plan of a program whose sites are in a mesh.
 * @throws UserError for a program without a Fleet or without a mesh.
 */
export async function meshOfProgram(
  dir: string,
  options: SiteOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<{ readonly plan: FleetPlan; readonly mesh: MeshPlan }> {
  const plan = await programPlan(dir, options, terminal, signal);
  if (plan === undefined) throw new UserError("The program has no Fleet, and only a Fleet's sites share a mesh.");
  if (plan.mesh === undefined || plan.mesh.implementation === "none") {
    throw new UserError("The program's fleet has no mesh: its spec asks for none (mesh: {} does).");
  }
  return { plan, mesh: plan.mesh };
}

async function reports(
  plan: FleetPlan,
  mesh: MeshPlan,
  options: MeshStatusOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<SiteReport[]> {
  const names = plan.sites.map(({ name }) => name);
  const access = accessOf(names, options);
  if (!canAsk(options)) {
    throw new UserError(
      `No site can be asked: give the kubeconfigs with --kubeconfig ${names[0] ?? "site"}=file for each site, --kubeconfigs folder, or --context ${names[0] ?? "site"}=name.`,
    );
  }
  // A lost site answers nobody; where its kubeconfig is given all the same, its user wants to know.
  const asked = plan.sites.filter(({ name, state }) => state !== "lost" || access.get(name) !== undefined);
  terminal.progress(`asking ${asked.length} sites`);
  // Reading the client's code takes a second and more, which is no site's fault.
  await kubernetes();
  const answers = await askMesh(
    asked.map(({ name }) => {
      const own = access.get(name);
      const peers = meshOf(mesh).peers(mesh, name);
      return {
        name,
        reader: own && (() => meshReaderOf(name, own, options.timeout)),
        peers: peers.map((peer) => peer.name),
      };
    }),
    { mtuBytes: mesh.mtuBytes, probesPaths: options.mtu, signal },
  );
  terminal.done();
  return plan.sites.map(({ name, state }) => {
    const answer = answers.find((one) => one.name === name);
    const status = answer?.reached ? meshOf(mesh).status(mesh, name, answer.seen) : undefined;
    return { name, state, answer, status };
  });
}
