import { existsSync } from "node:fs";
import { join } from "node:path";
import type { TrustSpec } from "../../lib/plan/trust/spec";
import { factsOf, type RotationSubject, type TrustFacts, withLast } from "../../lib/plan/trustPhases";
import { kubernetes } from "../clusters/sites/kubernetes";
import type { Terminal } from "../terminal";
import { type AskedSite, collect } from "../trust/collect";
import { readFacts, readRotation, rotationJson, writeWhole } from "../trust/file";
import { readerOf } from "../trust/reader";
import { UserError } from "../userError";
import { accessOf, canAsk } from "./kubeconfigs";
import { programPlan } from "./programPlan";
import type { SiteOptions } from "./siteOptions";

/** Options that every command on the fleet's trust has. */
export interface TrustOptions extends SiteOptions {
  /** The rotation's data. @default trust.json in the program's folder */
  trustFile?: string;
  /** Files of facts. @default trust-facts.json in the program's folder */
  facts: string[];
}

/** What the commands on a fleet's trust are about. */
export interface TrustSubject extends RotationSubject {
  /** Undefined for a fleet that has no trust. */
  readonly trustDomain: string | undefined;
  /** Where the spec says that keys of roots are; undefined for a fleet that has no trust. */
  readonly roots: NonNullable<TrustSpec["roots"]> | undefined;
  /** What the program's spec has for the rotation; undefined where it has none. */
  readonly inProgram: TrustSpec["rotation"] | undefined;
}

/** The fleet's sites, from its program, and its rotation, from the file. */
export async function trustSubject(
  dir: string,
  options: TrustOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<TrustSubject> {
  const file = trustFileOf(dir, options);
  // The program reads it too, and would fail of a damaged one without naming it.
  if (existsSync(file)) rotationJson(file);
  const fleet = await programFleet(dir, options, terminal, signal);
  return { ...fleet, ...readRotation(file, fleet) };
}

/** The sites of a program's Fleet, with their states, and how many are gone. A program that refuses the material that it is given has a spec all the same. */
export async function programFleet(
  dir: string,
  options: TrustOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Omit<TrustSubject, "rotation">> {
  const read = (mayMissStacks: boolean) =>
    programPlan(dir, options, terminal, signal, { mayFail: true, mayMissStacks });
  // A program that declares its Fleet once it knows another stack's outputs is told which ones to give.
  const plan = (await read(true)) ?? (await read(false));
  if (plan === undefined) throw new UserError("The program has no Fleet, and only a Fleet's sites share a trust.");
  const sites = plan.sites.map(({ name, state }) => {
    const trust = plan.trust?.sites.find(({ site }) => site === name);
    if (trust === undefined) return { name, state };
    // What the plan puts into a site must be seen there, whatever the site says of itself.
    const { consumers, leaves } = trust.objects;
    const { unseenLeafHours } = trust;
    return { name, state, consumers, leaves, ...(unseenLeafHours !== undefined && { unseenLeafHours }) };
  });
  const { trust } = plan.spec;
  const roots = trust && (trust.roots ?? {});
  return {
    sites,
    retired: plan.spec.retired?.length ?? 0,
    trustDomain: plan.trust?.trustDomain,
    roots,
    inProgram: trust?.rotation,
  };
}

/** Where the rotation's data is. */
export function trustFileOf(dir: string, { trustFile }: TrustOptions): string {
  return trustFile ?? join(dir, "trust.json");
}

/**
 * Facts of this fleet: collected now and written down where kubeconfigs are given, otherwise read; undefined where there are none.
 */
export async function trustFacts(
  dir: string,
  { sites, trustDomain }: TrustSubject,
  options: TrustOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<TrustFacts | undefined> {
  const files = options.facts.length > 0 ? options.facts : [join(dir, "trust-facts.json")];
  if (!canAsk(options)) {
    const isThere = options.facts.length > 0 || files.every(existsSync);
    return isThere ? factsOf(trustDomain, readFacts(files)) : undefined;
  }
  if (files.length > 1)
    throw new UserError("--facts: give one file to write to, or several to read and no kubeconfig.");
  const asked = askedSites(sites, options);
  terminal.progress(`asking ${asked.length} sites`);
  // Reading the client's code takes a second and more, which is no site's fault.
  await kubernetes();
  const collected = factsOf(trustDomain, await collect(asked, options.timeout, signal));
  const facts = factsOf(trustDomain, withLast(collected, earlierFacts(files[0]!)));
  terminal.done();
  writeWhole(files[0]!, facts);
  return facts;
}

/** Facts that are about to be overwritten; what is none is overwritten without regret. */
function earlierFacts(file: string): TrustFacts | undefined {
  try {
    return existsSync(file) ? readFacts([file]) : undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  }
}

function askedSites(sites: RotationSubject["sites"], options: TrustOptions): AskedSite[] {
  const names = sites.map(({ name }) => name);
  return [...accessOf(names, options)].map(([name, access]) => ({
    name,
    reader: access && (() => readerOf(name, access, options.timeout)),
  }));
}
