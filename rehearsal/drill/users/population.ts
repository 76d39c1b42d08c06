import type { TrafficPlan } from "../../../lib/plan/routing/plan";
import { seeded } from "../../../lib/plan/seeded";
import type { ResourceView } from "../../engine";
import { type Authority, type Front, frontOf, type Health, sitesAddresses } from "../../traffic";
import { people } from "../../traffic/people";
import { Interrupted } from "../../userError";
import { ask } from "./ask";
import { Checkers } from "./checkers";
import { SiteServer } from "./siteServer";
import { User, type Watching } from "./user";

/** Users around the world, and how often each asks. */
const USERS = 50;
const EVERY_SECONDS = 5;

/** What happened over some time. Seconds are the services' own, which pass as fast as this machine can. */
export interface Passed {
  readonly requests: number;
  readonly errors: number;
  /** Seconds from the beginning until the last request that nobody answered; null without any. */
  readonly lastErrorSeconds: number | null;
  /** Requests that each site answered. */
  readonly served: Readonly<Record<string, number>>;
}

/**
 * A real HTTP server for each site, users who ask for the fleet's name and go where they are told, and the services' health
 * checks. Time is counted in steps of a second: what is due in one is done, with real requests, before the next begins, so
 * that a slow machine makes a drill longer and not different.
 */
export class Population {
  private readonly users: readonly User[];
  private second = 0;

  private constructor(
    private readonly plan: TrafficPlan,
    private readonly servers: Map<string, SiteServer>,
    private readonly siteOf: ReadonlyMap<string, string>,
    private readonly services: readonly Authority[],
    /** By the service that checks: the front, or else each DNS service. */
    private readonly checkers: ReadonlyMap<string, Checkers>,
    private readonly front: Front | undefined,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.users = people(USERS, 1).map((person) => new User(person, EVERY_SECONDS));
  }

  /** The name that users type. */
  get domain(): string {
    return this.plan.domain;
  }

  /** Within which users must be elsewhere, whichever service they ask. */
  get predictedSeconds(): number {
    return this.plan.failoverSeconds;
  }

  /**
   * @param services those that answer the users, with the records that `up` made.
   * @param resources what `up` made: the sites' addresses are among it.
   * @param signal ends `pass`.
   */
  static async open(
    plan: TrafficPlan,
    services: readonly Authority[],
    resources: readonly ResourceView[],
    signal?: AbortSignal,
  ): Promise<Population> {
    const servers = new Map<string, SiteServer>();
    const siteOf = new Map<string, string>();
    const addresses = sitesAddresses(plan, resources);
    for (const { name, serves } of plan.sites) {
      if (!serves) continue;
      for (const address of addresses.get(name) ?? []) siteOf.set(address, name);
    }
    const { path } = plan.health;
    const probe = async (address: string) => {
      const port = servers.get(siteOf.get(address) ?? "")?.port;
      return port !== undefined && (await ask(port, path, plan.domain))?.status === 200;
    };
    const chance = seeded(2);
    const checkers = new Map(
      plan.steering.map((time) => [time.service, new Checkers(time, [...siteOf.keys()], probe, chance)]),
    );
    const population = new Population(plan, servers, siteOf, services, checkers, frontOf(resources), signal);
    try {
      for (const site of new Set(siteOf.values())) servers.set(site, await SiteServer.start(site, path));
    } catch (error) {
      await population.close();
      throw error;
    }
    return population;
  }

  /** Kills the servers of sites, as the sites are. */
  async kill(sites: readonly string[]): Promise<void> {
    await Promise.all(sites.map((site) => this.servers.get(site)?.kill()));
  }

  /** Starts those servers again where they were, drained. */
  async start(sites: readonly string[]): Promise<void> {
    for (const site of sites) {
      const before = this.servers.get(site);
      if (before === undefined) continue;
      const again = await SiteServer.start(site, this.plan.health.path, before.port);
      await again.drain();
      this.servers.set(site, again);
    }
  }

  async serve(sites: readonly string[]): Promise<void> {
    await Promise.all(sites.map((site) => this.servers.get(site)?.serve()));
  }

  /**
   * Lets users and checks go on for so many seconds.
   * @throws Interrupted
   */
  async pass(seconds: number): Promise<Passed> {
    const from = this.second;
    const served: Record<string, number> = {};
    let [requests, errors] = [0, 0];
    let last: number | null = null;
    for (; this.second < from + seconds; this.second++) {
      if (this.signal?.aborted) throw new Interrupted();
      await Promise.all([...this.checkers.values()].map((one) => one.at(this.second)));
      const due = this.users.filter((user) => user.due <= this.second);
      for (const site of await Promise.all(due.map((user) => this.visit(user)))) {
        requests++;
        if (site !== undefined) served[site] = (served[site] ?? 0) + 1;
        else [errors, last] = [errors + 1, this.second - from];
      }
    }
    return { requests, errors, lastErrorSeconds: last, served };
  }

  /** @returns the site that answered; undefined when none of the addresses that the user knows does. */
  private async visit(user: User): Promise<string | undefined> {
    const watching = this.services.map(
      (authority): Watching => ({ authority, health: () => this.healthBy(authority.service) }),
    );
    const tried = new Set<string>();
    for (const address of user.request(this.plan.domain, this.second, watching)) {
      const site = this.siteOf.get(this.behind(address, user) ?? "");
      // All addresses of a site lead to its one server here.
      if (site === undefined || tried.has(site)) continue;
      tried.add(site);
      const answered = await ask(this.servers.get(site)?.port ?? 0, "/", this.plan.domain);
      if (answered?.status === 200) return answered.site;
    }
    return undefined;
  }

  /** What a service believes of the sites; one behind a front checks none. */
  private healthBy(service: string): Health {
    return this.checkers.get(service)?.health ?? (() => true);
  }

  /** The address of the site that a user comes to by an answer. */
  private behind(answer: string, { client }: User): string | undefined {
    const { front } = this;
    return front?.isEntry(answer) ? front.forward(client, this.healthBy(front.service)) : answer;
  }

  async close(): Promise<void> {
    await Promise.all([...this.servers.values()].map((server) => server.kill()));
  }
}
