import { UNKNOWN } from "../types";
import { type Setting, type Settings, settingsOf } from "./settings";

/** What an installation of Cilium is set to, as far as a mesh depends on it. */
export interface CiliumFacts {
  readonly name: Setting<string>;
  readonly id: Setting<number>;
  /** Such as `1.19.5`. */
  readonly version: Setting<string>;
  /** Sites that the mesh may have: 255 or 511. */
  readonly maximumSites: Setting<number>;
  /** `vxlan`, `geneve`, or `native` where pods are routed without a tunnel. */
  readonly datapath: Setting<string>;
  /** Settings that tie the datapath to one cloud or to another CNI, such as `eni.enabled`. */
  readonly cloudModes: readonly string[];
  /** `wireguard`, `ipsec`, `ztunnel` or `none`. */
  readonly encryption: Setting<string>;
  readonly ipv6: Setting<boolean>;
  /** Bytes; 0 where the agent detects them. */
  readonly mtuBytes: Setting<number>;
  /** As Go writes durations; `0s` for ever. */
  readonly cacheTtl: Setting<string>;
  /** Ranges that its operator hands out to nodes; empty where the cluster does. */
  readonly podCidrs: Setting<readonly string[]>;
  /** Whether it is in a mesh. */
  readonly meshed: Setting<boolean>;
  /** Port of every node that leads to the mesh API; 0 where there is none. */
  readonly apiNodePort: Setting<number>;
}

/** The pool that Cilium's operator hands out when nobody names one. Source: the chart's values, 1.19.5 and 1.20.2. */
const DEFAULT_POOL = ["10.0.0.0/8"];

/** NodePort of the mesh API in the chart's values. */
const DEFAULT_NODE_PORT = 32_379;

/**
 * What the chart makes of values (defaults of its values.yaml, 1.19.5 and 1.20.2).
 * @param isWhole false where files give values as well, so that what is absent is not known
 */
export function factsOfValues(values: unknown, version: Setting<string>, isWhole: boolean): CiliumFacts {
  const s = settingsOf(values, isWhole);
  const clouds = cloudModes(s);
  const isNative = clouds.some((mode) => mode === "eni.enabled" || mode === "gke.enabled");
  return {
    name: s.text("default", "cluster", "name"),
    id: s.count(0, "cluster", "id"),
    version,
    maximumSites: s.count(255, "clustermesh", "maxConnectedClusters"),
    datapath: datapath(s.text(isNative ? "native" : "tunnel", "routingMode"), s.text("vxlan", "tunnelProtocol")),
    cloudModes: clouds,
    encryption: encryption(s.flag(false, "encryption", "enabled"), s.text("ipsec", "encryption", "type")),
    ipv6: s.flag(false, "ipv6", "enabled"),
    mtuBytes: s.count(0, "MTU"),
    cacheTtl: s.text("0s", "clustermesh", "cacheTTL"),
    podCidrs: pool(s.text("cluster-pool", "ipam", "mode"), poolOf(s), clouds),
    meshed: s.flag(false, "clustermesh", "useAPIServer"),
    apiNodePort: nodePort(s),
  };
}

/** Where the values give no pool but the mode hands one out, the chart's own. */
function poolOf(s: Settings): Setting<readonly string[]> {
  return s.texts(DEFAULT_POOL, "ipam", "operator", "clusterPoolIPv4PodCIDRList");
}

function nodePort(s: Settings): Setting<number> {
  const type = s.text("NodePort", "clustermesh", "apiserver", "service", "type");
  if (type === UNKNOWN) return UNKNOWN;
  return type === "NodePort" ? s.count(DEFAULT_NODE_PORT, "clustermesh", "apiserver", "service", "nodePort") : 0;
}

function cloudModes(s: Settings): string[] {
  const flags = ["eni", "gke", "azure", "alibabacloud"].filter((cloud) => s.flag(false, cloud, "enabled") === true);
  const chaining = s.text("none", "cni", "chainingMode");
  return [
    ...flags.map((cloud) => `${cloud}.enabled`),
    ...(chaining === UNKNOWN || chaining === "none" ? [] : [`cni.chainingMode ${chaining}`]),
  ];
}

/**
 * What the agents' ConfigMap `cilium-config` says, which charts and manifests leave behind that a program has rendered.
 * @param isMeshed whether a mesh API is beside it
 */
export function factsOfConfig(data: unknown, version: Setting<string>, isMeshed: boolean): CiliumFacts {
  const s = settingsOf(data, true);
  const kinds = ["wireguard", "ipsec", "ztunnel"].map((kind) => [kind, s.flag(false, `enable-${kind}`)] as const);
  const ipam = s.text("cluster-pool", "ipam");
  const chaining = s.text("none", "cni-chaining-mode");
  return {
    name: s.text("default", "cluster-name"),
    id: s.count(0, "cluster-id"),
    version,
    maximumSites: s.count(255, "max-connected-clusters"),
    datapath: datapath(s.text("tunnel", "routing-mode"), s.text("vxlan", "tunnel-protocol")),
    cloudModes: [
      ...(ipam === "eni" || ipam === "azure" || ipam === "alibabacloud" ? [`ipam ${ipam}`] : []),
      ...(chaining === UNKNOWN || chaining === "none" ? [] : [`cni-chaining-mode ${chaining}`]),
    ],
    encryption: kinds.some(([, on]) => on === UNKNOWN) ? UNKNOWN : (kinds.find(([, on]) => on === true)?.[0] ?? "none"),
    ipv6: s.flag(false, "enable-ipv6"),
    mtuBytes: s.count(0, "mtu"),
    cacheTtl: s.text("0s", "clustermesh-cache-ttl"),
    podCidrs: pool(ipam, s.texts([], "cluster-pool-ipv4-cidr"), []),
    meshed: isMeshed,
    apiNodePort: UNKNOWN,
  };
}

function datapath(mode: Setting<string>, protocol: Setting<string>): Setting<string> {
  if (mode === UNKNOWN || mode === "native") return mode;
  // The chart takes an empty text as none given.
  return protocol === "" ? "vxlan" : protocol;
}

function encryption(enabled: Setting<boolean>, type: Setting<string>): Setting<string> {
  if (enabled === UNKNOWN) return UNKNOWN;
  return enabled ? type : "none";
}

/** What the operator hands out: nothing where the cloud or the cluster does. */
function pool(
  mode: Setting<string>,
  given: Setting<readonly string[]>,
  clouds: readonly string[],
): Setting<readonly string[]> {
  if (mode === UNKNOWN) return UNKNOWN;
  return mode === "cluster-pool" && clouds.length === 0 ? given : [];
}
