import { mkdtempSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { FleetPlan, SitePlan } from "../../../lib/plan/plan";
import { Interrupted, UserError } from "../../userError";
import { type Keeper, startKeeper } from "../keeper";
import { type Toolchain, toolchain } from "../toolchain";
import type { Reach } from "./egress";
import { kubernetes } from "./kubernetes";
import { checkRoom, checkSockets } from "./problems";
import { type LocalSite, startSite } from "./site";
import { markOwner, PREFIX, sweep } from "./sweep";
import { type SiteTokens, siteTokens } from "./tokens";

export type { ClusterAddress, Listener, Reach } from "./egress";
export type { LocalSite } from "./site";

/** The sites of a fleet on this machine. */
export interface LocalSites {
  /** By name. */
  readonly sites: Readonly<Record<string, LocalSite>>;
  /** What `multisite token` answers from when `MULTISITE_LOCAL_TOKENS` names it. It goes with the sites. */
  readonly tokensFile: string;
  /** Ends all sites and removes everything. May be called more than once. */
  close(): Promise<void>;
}

export interface LocalSitesOptions {
  /** The programs. @default `toolchain()`, which downloads or builds what is missing */
  readonly tools?: Toolchain;
  /** Names of the sites to start. @default all of the plan that are not lost */
  readonly only?: readonly string[];
  /** Port of a site's API server on 127.0.0.1, by the site's name. @default one that is free */
  readonly ports?: Readonly<Record<string, number>>;
  /** What the plan counted on every node and is installed for real, by name: it is not stood in for. @default none */
  readonly without?: readonly string[];
  /** Says where the program behind a pod listens, for webhooks and aggregated APIs. @default nothing listens */
  readonly reach?: Reach;
  /** What is being done right now, for long work. */
  readonly progress?: (text: string) => void;
  /** Called when a program of a site ends that nobody asked to end. */
  readonly ended?: (problem: UserError) => void;
  /** Ends the start, and removes everything. */
  readonly signal?: AbortSignal;
  /** Sites that start at the same time. @default the number of processors, at least 2 */
  readonly atOnce?: number;
  /** Seconds that a site has until it must be ready. @default 180 */
  readonly patience?: number;
  /** Folder for temporary files. @default the system's (TMPDIR) */
  readonly temporary?: string;
}

/**
 * Starts a Kubernetes control plane for every site of a plan, on loopback and free ports, each with an authority of its
 * own, and with the nodes that the plan guarantees: real etcd, API server, controllers and scheduler, and kwok for the
 * kubelets. Whatever ends this process ends them, and removes their files.
 * @throws UserError that names the site, when one cannot start: then none is left; Interrupted.
 */
export async function localSites(plan: FleetPlan, options: LocalSitesOptions = {}): Promise<LocalSites> {
  const wanted = sitesOf(plan, options);
  const tools = options.tools ?? (await toolchain(options));
  const temporary = resolve(options.temporary ?? tmpdir());
  const tokens = siteTokens(wanted);
  const folder = makeFolder(temporary, wanted, tokens);
  const keeper = startKeeper(folder);
  try {
    // Loaded while the first API servers start, which ask for it as well, and say why it cannot be.
    kubernetes().catch(() => {});
    const sites = await startAll(plan, wanted, { folder, keeper, tools, tokens }, options);
    return {
      sites: Object.fromEntries(sites.map((site) => [site.name, site])),
      tokensFile: join(folder, TOKENS),
      close: () => closeAll(sites, keeper),
    };
  } catch (error) {
    await keeper.end();
    throw error;
  }
}

/** @throws UserError with all names that are not of the plan. */
function sitesOf(plan: FleetPlan, { only, ports = {} }: LocalSitesOptions): SitePlan[] {
  const known = new Set(plan.sites.map(({ name }) => name));
  const unknown = [...new Set([...(only ?? []), ...Object.keys(ports)])].filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new UserError(`No site ${unknown.join(", ")} in the fleet: it has ${[...known].join(", ")}.`);
  }
  const chosen = only === undefined ? undefined : new Set(only);
  return plan.sites.filter(({ name, state }) => (chosen === undefined ? state !== "lost" : chosen.has(name)));
}

const TOKENS = "tokens.json";

function makeFolder(temporary: string, sites: readonly SitePlan[], { byAudience }: SiteTokens): string {
  const names = sites.map(({ name }) => name);
  try {
    sweep(temporary);
    checkRoom(names, temporary);
    checkSockets(
      temporary,
      sites.map(({ number }) => number),
    );
    const folder = mkdtempSync(join(temporary, PREFIX));
    markOwner(folder);
    writeFileSync(join(folder, TOKENS), JSON.stringify(byAudience), { mode: 0o600 });
    return folder;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `Sites ${names.join(", ")} need a folder for temporary files, and ${temporary} cannot be used: ${(error as Error).message}. Set TMPDIR to a folder of your own.`,
    );
  }
}

interface Place {
  readonly folder: string;
  readonly keeper: Keeper;
  readonly tools: Toolchain;
  readonly tokens: SiteTokens;
}

/** Starts the sites, some at a time. The first that cannot start ends the start of the others. */
async function startAll(
  plan: FleetPlan,
  wanted: readonly SitePlan[],
  { folder, keeper, tools, tokens }: Place,
  options: LocalSitesOptions,
): Promise<LocalSite[]> {
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  options.signal?.addEventListener("abort", interrupt);
  if (options.signal?.aborted) interrupt();
  const started: LocalSite[] = [];
  const problems: unknown[] = [];
  const left = [...wanted];
  const worker = async () => {
    for (let site = left.shift(); site !== undefined && !stop.signal.aborted; site = left.shift()) {
      const { name, number } = site;
      const progress = (text: string) =>
        options.progress?.(`starting sites: ${started.length} of ${wanted.length} ready, ${name} ${text}`);
      try {
        started.push(
          await startSite({
            plan: site,
            daemonSets: plan.spec.demand.daemonSets ?? [],
            without: options.without ?? [],
            tools,
            keeper,
            folder: join(folder, String(number)),
            port: options.ports?.[name],
            token: tokens.bySite.get(name) ?? "",
            reach: options.reach,
            progress,
            ended: (problem) => options.ended?.(problem),
            signal: stop.signal,
            sites: wanted.length,
            patience: options.patience ?? 180,
          }),
        );
      } catch (error) {
        problems.push(error);
        stop.abort();
      }
    }
  };
  const atOnce = options.atOnce ?? Math.max(2, availableParallelism());
  await Promise.all(Array.from({ length: Math.min(atOnce, wanted.length) }, worker));
  options.signal?.removeEventListener("abort", interrupt);
  try {
    throwFirst(problems, options.signal);
  } catch (error) {
    // What listens in this process for those that are up would keep it from its end.
    await Promise.all(started.map((site) => site.kill()));
    throw error;
  }
  return started;
}

/** Mistakes of the user's are told together; what stopped only because another had failed is not told. */
function throwFirst(problems: readonly unknown[], signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new Interrupted();
  const told = problems.filter((problem) => problem instanceof UserError);
  const other = problems.find((problem) => !(problem instanceof UserError) && !(problem instanceof Interrupted));
  if (other !== undefined) throw other;
  if (told.length > 0) throw new UserError(told.map(({ message }) => message).join("\n"));
}

async function closeAll(sites: readonly LocalSite[], keeper: Keeper): Promise<void> {
  await Promise.all(sites.map((site) => site.kill()));
  await keeper.end();
}
