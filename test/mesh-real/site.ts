import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { HelmValues } from "../../lib/mesh/values";
import type { Kept } from "../../rehearsal/clusters/keeper";
import { objectsOf, render } from "../mesh/charts";
import type { Objects } from "./containers";
import { type Kubernetes, nodeStatus, startKubernetes } from "./kubernetes";
import type { Lab } from "./lab";
import { type SiteNode, startNode } from "./node";
import { agentPeers, meshApiPeers, type PeersSeen } from "./peersSeen";
import type { RehearsedSite } from "./rehearsed";
import { until } from "./run";
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
   * Writes what a later rehearsal gives this site: peers, certificates, and the release. Pods are replaced where the
   * release's values have changed, and nowhere else.
   */
  update(rehearsed: RehearsedSite): Promise<void>;
  /** What a program has written. */
  log(program: string): string;
  /** Replaces the pod of its mesh API, which then knows nothing. */
  restartMeshApi(): Promise<void>;
  /** Replaces the pods of Cilium, as an upgrade of the release does. */
  roll(): Promise<void>;
}

export async function startRealSite(lab: Lab, rehearsed: RehearsedSite): Promise<RealSite> {
  const node = await startNode(lab, rehearsed.plan);
  const [kubernetes, objects] = await Promise.all([startKubernetes(lab, node), objectsFor(rehearsed)]);
  const place: SitePlace = { node, kubernetes, objects, programs: new Map() };
  await registerNode(node, kubernetes, rehearsed);
  await kubernetes.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "cilium-secrets" } });
  await kubernetes.apply(...rehearsed.objects, ...objects.rendered);
  writeAll(place);
  // The worst of all orders: nothing else of Cilium's has been here before.
  await startMeshApi(place);
  await startOperator(place);
  await startAgent(place);
  let { values } = rehearsed;
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
    async update(next) {
      const isUpgrade = !isDeepStrictEqual(next.values, values);
      values = next.values;
      place.objects = isUpgrade ? await objectsFor(next) : withTexts(place.objects, next);
      writeAll(place);
      await kubernetes.apply(...next.objects);
      if (isUpgrade) await roll(place);
    },
  };
}

/** What an upgrade of the release does to a site: first its mesh API, then each node's agent. */
async function roll(place: SitePlace): Promise<void> {
  await stop(place, ...MESH_API_PROGRAMS);
  await startMeshApi(place);
  await stop(place, "operator", "agent");
  await startOperator(place);
  await startAgent(place);
}

async function objectsFor(rehearsed: RehearsedSite): Promise<Objects> {
  const rendered = objectsOf(await render("1.19", rehearsed.values as HelmValues));
  const maps = rendered.filter(({ kind }) => kind === "ConfigMap");
  const texts = maps.map(
    (one) => [`ConfigMap/${one.metadata.name}`, (one.data ?? {}) as Record<string, string>] as const,
  );
  return withTexts({ rendered, texts: new Map(texts) }, rehearsed);
}

function withTexts(objects: Objects, { texts }: RehearsedSite): Objects {
  return { ...objects, texts: new Map([...objects.texts, ...texts]) };
}

async function registerNode(node: SiteNode, kubernetes: Kubernetes, { plan }: RehearsedSite): Promise<void> {
  const [network] = plan.addresses.podCidr.split("/");
  // On GKE the node has its part of the secondary range from the cloud.
  const podCIDR = `${network}/${plan.addresses.podPrefixPerNode}`;
  const spec = plan.kind === "gke" ? { podCIDR, podCIDRs: [podCIDR] } : {};
  const labels = { "kubernetes.io/hostname": node.name, "kubernetes.io/os": "linux" };
  await kubernetes.apply({ apiVersion: "v1", kind: "Node", metadata: { name: node.name, labels }, spec });
  await kubernetes.status("node", node.name, "default", nodeStatus(node.address, node.name));
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
