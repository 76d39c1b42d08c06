import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { HelmValues } from "../../lib/mesh/values";
import type { Kept } from "../../rehearsal/clusters/keeper";
import { objectsOf, render } from "../mesh/charts";
import type { Objects } from "./containers";
import type { KubernetesObject } from "./kinds";
import { type Kubernetes, nodeStatus, startKubernetes } from "./kubernetes";
import type { Lab } from "./lab";
import { type SiteNode, startNode } from "./node";
import { agentPeers, meshApiPeers, type PeersSeen } from "./peersSeen";
import type { RehearsedSite } from "./rehearsed";
import { PATIENCE, until } from "./run";
import {
  MESH_API_PROGRAMS,
  type SitePlace,
  startAgent,
  startMeshApi,
  startOperator,
  stop,
  writeAll,
} from "./sitePrograms";

/** A site that runs: a control plane, Cilium and its mesh API in a node of its own. */
export interface RealSite {
  readonly name: string;
  readonly node: SiteNode;
  readonly kubernetes: Kubernetes;
  /** Programs of the mesh and of the datapath, by name. */
  readonly programs: ReadonlyMap<string, Kept>;
  /** Peers that Cilium's agent follows in the site's own mesh API, which keeps what it last saw of them. */
  peers(): Promise<PeersSeen>;
  /** Peers whose mesh APIs the site's own follows. */
  links(): Promise<PeersSeen>;
  /**
   * Does the next stage of what a rehearsal gives this site. Where Cilium is part of it, it and its mesh API are started, and
   * later replaced where its values have changed, and nowhere else.
   */
  write(rehearsed: RehearsedSite, stage: number): Promise<void>;
  /** What a program has written. */
  log(program: string): string;
  /** Replaces the pod of its mesh API, which then knows nothing. */
  restartMeshApi(): Promise<void>;
  /** Replaces the pods of Cilium, as an upgrade of the release does. */
  roll(): Promise<void>;
}

/** A site with a control plane, and nothing in it yet. */
export async function openSite(lab: Lab, rehearsed: RehearsedSite): Promise<RealSite> {
  const node = await startNode(lab, rehearsed.plan);
  const [kubernetes, chart] = await Promise.all([startKubernetes(lab, node), chartOf(rehearsed)]);
  const place: SitePlace = { node, kubernetes, objects: chart, programs: new Map() };
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "cilium-secrets" } };
  const registered = nodeObject(node, rehearsed);
  await kubernetes.apply(registered, namespace, ...chart.rendered);
  await kubernetes.status(registered, nodeStatus(node.address, node.name));
  const writer = new Writer(place, chart, rehearsed);
  return {
    name: rehearsed.plan.name,
    node,
    kubernetes,
    programs: place.programs,
    peers: () => agentPeers(node),
    links: () => meshApiPeers(node),
    log: (program) => readFileSync(join(node.folder, "log", `${program}.log`), "utf8"),
    async restartMeshApi() {
      await stop(place, ...MESH_API_PROGRAMS);
      await startMeshApi(place);
    },
    roll: () => roll(place),
    write: (next, stage) => writer.write(next, stage),
  };
}

/** Writes into a site what has changed since it wrote last. */
class Writer {
  /** Objects as they were written last, by kind and name. */
  readonly #written = new Map<string, object>();
  #texts: Objects["texts"] = new Map();
  #chart: Objects;
  #values: HelmValues;

  constructor(
    readonly place: SitePlace,
    chart: Objects,
    { values }: RehearsedSite,
  ) {
    this.#chart = chart;
    this.#values = values;
  }

  async write(next: RehearsedSite, stage: number): Promise<void> {
    const { isCilium, objects, texts } = next.stages[stage]!;
    const isUpgrade = isCilium && !isDeepStrictEqual(next.values, this.#values);
    if (isUpgrade) this.#chart = await chartOf(next);
    if (isCilium) this.#values = next.values;
    this.#texts = new Map([...this.#texts, ...texts]);
    const { place } = this;
    place.objects = { ...this.#chart, texts: new Map([...this.#chart.texts, ...this.#texts]) };
    if (place.programs.size > 0) writeAll(place);
    const changed = objects.filter((one) => !isDeepStrictEqual(one, this.#written.get(keyOf(one))));
    if (changed.length > 0) await place.kubernetes.apply(...changed);
    for (const one of changed) this.#written.set(keyOf(one), one);
    if (isCilium && place.programs.size === 0) await boot(place);
    else if (isUpgrade) await roll(place);
  }
}

/**
 * Starts Cilium, and waits as an install of its release does, until it answers. The worst of all orders for its mesh API:
 * nothing else of it has been here before.
 */
async function boot(place: SitePlace): Promise<void> {
  writeAll(place);
  await startMeshApi(place);
  await startOperator(place);
  await startAgent(place);
  await until(`Cilium of ${place.node.name} answers`, PATIENCE, async () => {
    await Promise.all([agentPeers(place.node), meshApiPeers(place.node)]);
    return true;
  });
}

/** What an upgrade of the release does to a site: first its mesh API, then each node's agent. */
async function roll(place: SitePlace): Promise<void> {
  await stop(place, ...MESH_API_PROGRAMS);
  await startMeshApi(place);
  await stop(place, "operator", "agent");
  await startOperator(place);
  await startAgent(place);
}

function keyOf({ kind, metadata }: KubernetesObject): string {
  return `${kind}/${metadata.name}`;
}

async function chartOf({ values }: RehearsedSite): Promise<Objects> {
  const rendered = objectsOf(await render("1.19", values));
  const maps = rendered.filter(({ kind }) => kind === "ConfigMap");
  const texts = maps.map(
    (one) => [`ConfigMap/${one.metadata.name}`, (one.data ?? {}) as Record<string, string>] as const,
  );
  return { rendered, texts: new Map(texts) };
}

function nodeObject(node: SiteNode, { plan }: RehearsedSite) {
  const [network] = plan.addresses.podCidr.split("/");
  // On GKE the node has its part of the secondary range from the cloud.
  const podCIDR = `${network}/${plan.addresses.podPrefixPerNode}`;
  const spec = plan.kind === "gke" ? { podCIDR, podCIDRs: [podCIDR] } : {};
  const labels = { "kubernetes.io/hostname": node.name, "kubernetes.io/os": "linux" };
  return { apiVersion: "v1", kind: "Node", metadata: { name: node.name, labels }, spec };
}

/** Waits until every site follows exactly all others. */
export async function allPeersReady(sites: readonly RealSite[], seconds: number): Promise<void> {
  await Promise.all(sites.map((site) => follows(site, namesBut(sites, site), seconds)));
}

/** Waits until a site follows exactly these: its mesh API their mesh APIs, and its agent what that has of them. */
export function follows(site: RealSite, others: readonly string[], seconds: number): Promise<void> {
  return until(`${site.name} follows ${others.join(", ") || "nobody"}`, seconds, async () => {
    refuseOthers("its agent", await site.peers(), others);
    refuseOthers("its mesh API", await site.links(), others);
    return true;
  });
}

function refuseOthers(who: string, peers: PeersSeen, others: readonly string[]): void {
  const ready = Object.keys(peers).filter((name) => peers[name]);
  const isAll = others.every((name) => ready.includes(name)) && Object.keys(peers).length === others.length;
  if (isAll) return;
  throw new Error(`${who} follows ${ready.join(", ") || "nobody"} of ${Object.keys(peers).join(", ") || "nobody"}`);
}

function namesBut(sites: readonly RealSite[], site: RealSite): string[] {
  return sites.filter((one) => one !== site).map(({ name }) => name);
}
