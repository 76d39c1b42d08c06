import assert from "node:assert/strict";
import { globalAnnotations, type ServiceSharing } from "../../lib/plan/mesh";
import type { Toolchain } from "../../rehearsal/clusters/toolchain";
import { type Lab, openLab } from "./lab";
import { type RealPod, startPod, startWeb, type WebPod } from "./pods";
import { machine } from "./prerequisites";
import { answering, ask, type Target } from "./probe";
import { ciliumPrograms } from "./programs";
import { type RehearsalOptions, Rehearsals, type RehearsedSite, type States } from "./rehearsed";
import { PATIENCE, until } from "./run";
import { allPeersReady, openSite, type RealSite } from "./site";

export { PATIENCE };

/**
 * Opens a lab for a fleet, with Cilium's programs, which are built where they are missing.
 * @throws Error where this machine cannot have a real mesh.
 */
export async function openFleet(tools: Toolchain): Promise<RealFleet> {
  const here = machine();
  if (typeof here === "string") throw new Error(here);
  const cilium = await ciliumPrograms();
  return new RealFleet(await openLab(here, tools, cilium));
}

/** The sites that run, with a web server and a client in each. */
export class RealFleet {
  readonly sites = new Map<string, RealSite>();
  readonly webs = new Map<string, WebPod>();
  readonly clients = new Map<string, RealPod>();
  readonly lab: Lab;
  readonly rehearsals = new Rehearsals();
  #ahead: { of: readonly [States, RehearsalOptions]; made: Promise<Map<string, RehearsedSite>> } | undefined;
  /** The last that was given to the sites. */
  #rehearsed: ReadonlyMap<string, RehearsedSite> = new Map();

  constructor(lab: Lab) {
    this.lab = lab;
  }

  site(name: string): RealSite {
    return found(this.sites, name);
  }

  client(name: string): RealPod {
    return found(this.clients, name);
  }

  web(name: string): WebPod {
    return found(this.webs, name);
  }

  /** What was given last to a site. */
  rehearsed(name: string): RehearsedSite {
    return found(this.#rehearsed, name);
  }

  /** Has the sites be what a rehearsal of these states says. */
  async rehearse(states: States, options: RehearsalOptions = {}): Promise<Map<string, RehearsedSite>> {
    const { of, made } = this.#ahead ?? { of: [states, options], made: this.rehearsals.up(states, options) };
    this.#ahead = undefined;
    assert.deepEqual([states, options], of, "what was rehearsed ahead is what is asked for");
    const rehearsed = await made;
    await this.give(rehearsed);
    return rehearsed;
  }

  /** Begins what will be asked for next, while a step only waits. */
  rehearseAhead(states: States, options: RehearsalOptions = {}): void {
    const made = this.rehearsals.up(states, options);
    // Whoever asks for it is told of its failure.
    made.catch(() => {});
    this.#ahead = { of: [states, options], made };
  }

  /**
   * Has the sites be what was rehearsed, as an update does: in stages, of which one begins in all sites when the one before
   * has ended in all. A site that does not run is started with the first.
   */
  async give(rehearsed: ReadonlyMap<string, RehearsedSite>, told?: (stage: number) => void): Promise<void> {
    this.#rehearsed = rehearsed;
    const sites = [...rehearsed.values()].map((one) => ({ one, site: this.#opened(one) }));
    for (let stage = 0; sites.some(({ one }) => stage < one.stages.length); stage++) {
      told?.(stage);
      await Promise.all(sites.map(async ({ one, site }) => (await site).write(one, stage)));
    }
  }

  async #opened(one: RehearsedSite): Promise<RealSite> {
    const { name } = one.plan;
    const site = this.sites.get(name) ?? (await openSite(this.lab, one));
    this.sites.set(name, site);
    return site;
  }

  async startPods(...names: readonly string[]): Promise<void> {
    await Promise.all(
      names.map(async (name) => {
        this.webs.set(name, await startWeb(this.site(name), { name: "web", labels: { app: "web" } }, name));
        this.clients.set(name, await startPod(this.site(name), { name: "client", labels: { app: "client" } }));
      }),
    );
  }

  /** The site is lost: nothing of it runs any more, and nothing answers for it. */
  async kill(name: string): Promise<void> {
    const site = this.site(name);
    this.sites.delete(name);
    this.webs.delete(name);
    this.clients.delete(name);
    await site.node.kill();
  }

  /** A site that was killed comes back as it was declared last, on another machine, with its pods. */
  async restart(name: string): Promise<void> {
    await this.give(this.#rehearsed);
    await this.allReady();
    await this.startPods(name);
  }

  allReady(): Promise<void> {
    return allPeersReady([...this.sites.values()], PATIENCE);
  }

  /**
   * Applies a Service of web servers in every site that runs.
   * @param backends sites in which it has pods @default all
   * @returns its address in one of them
   */
  async serve(name: string, sharing: ServiceSharing, at: string, backends?: readonly string[]): Promise<Target> {
    const metadata = { name, namespace: "default", annotations: globalAnnotations(sharing) };
    const service = (app: string) => {
      const spec = { selector: { app }, ports: [{ port: 80, targetPort: 8080 }] };
      return { apiVersion: "v1", kind: "Service", metadata, spec };
    };
    await Promise.all(
      [...this.sites.values()].map((site) => {
        const isBackend = backends?.includes(site.name) ?? true;
        return site.kubernetes.apply(service(isBackend ? "web" : "nobody"));
      }),
    );
    return { address: await this.clusterIp(name, at), port: 80 };
  }

  async clusterIp(service: string, at: string): Promise<string> {
    const object = { apiVersion: "v1", kind: "Service", metadata: { name: service } };
    const { spec } = await this.site(at).kubernetes.read<{ spec: { clusterIP: string } }>(object);
    return spec.clusterIP;
  }

  /** Waits until exactly these sites answer a client. */
  async untilAnswering(from: string, target: Target, sites: readonly string[]): Promise<void> {
    await until(`${from} is answered by ${sites.join(", ")}`, PATIENCE, async () => {
      // With 24 requests one of three sites that share them evenly is left out once in 5,600 times, and asked again.
      const seen = answering(await ask(this.client(from), target, sites.length > 1 ? 24 : 4));
      if (String(seen) === String([...sites].sort())) return true;
      throw new Error(`it is answered by ${seen.join(", ") || "nobody"}`);
    });
  }
}

function found<T>(among: ReadonlyMap<string, T>, name: string): T {
  const one = among.get(name);
  if (one === undefined) throw new Error(`${name} does not run: an earlier step has failed`);
  return one;
}
