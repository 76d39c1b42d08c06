import { parse } from "yaml";
import type { TaintSpec } from "../spec";
import { plainReader } from "./read";
import { taintOfText } from "./taints";

/** What user data tells a node's kubelet, as far as capacity depends on it. */
export interface NodeSettings {
  /** Pods per node; undefined where it does not say. */
  readonly maximumPods: number | undefined;
  readonly taints: readonly TaintSpec[];
  /** Settings that change what a node offers and that are not read, as they are written. */
  readonly unread: readonly string[];
  /** Settings of Bottlerocket, in TOML. */
  readonly isBottlerocket: boolean;
}

const NOTHING: NodeSettings = { maximumPods: undefined, taints: [], unread: [], isBottlerocket: false };

/**
 * Reads user data of a node on EKS, plain or in Base64: nodeadm's NodeConfig, arguments of bootstrap.sh, or Bottlerocket's
 * settings. Pods per node and taints are read; what else changes a node's allocatable is named.
 * Sources: awslabs/amazon-eks-ami, nodeadm/doc/api.md; bottlerocket.dev, settings.kubernetes.
 */
export function nodeSettings(userData: string | undefined): NodeSettings {
  if (userData === undefined) return NOTHING;
  const isEncoded = /^[A-Za-z0-9+/=\s]*$/.test(userData);
  const text = isEncoded ? Buffer.from(userData, "base64").toString("utf8") : userData;
  // Compressed, which is no text, or a part of it in Base64 once more.
  if (text.includes("\uFFFD") || /content-transfer-encoding:\s*base64/i.test(text)) {
    return { ...NOTHING, unread: ["what it encodes"] };
  }
  const lines = text.replace(/^\s*#.*$/gm, "");
  const pods = maximumPods(lines);
  const taints = taintsIn(lines);
  const unread = [...(lines.match(RESERVING) ?? []), ...pods.unread, ...taints.unread];
  return {
    maximumPods: pods.read.length === 0 ? undefined : Math.min(...pods.read),
    taints: taints.read,
    unread: [...new Set(unread)],
    isBottlerocket: /^\s*\[?settings\./m.test(lines),
  };
}

/** The kubelet's own words, nodeadm's and Bottlerocket's, for what is kept from pods. */
const RESERVING =
  /\b((kube|system)-?reserved(?!-?cgroup)|eviction-?(hard|minimum-?reclaim)|reserved-?(system-?)?cpus|reserved-?memory|pods-?per-?core|(nr_)?huge-?pages)/gi;

/** What was understood of a setting, and what was not, as it is written. */
interface Found<T> {
  readonly read: readonly T[];
  readonly unread: readonly string[];
}

const USE_MAX_PODS = /--use-max-pods[= ]["']?false/g;

/** `maxPods: 110`, `--max-pods=110`, `max-pods = 110`. */
function maximumPods(text: string): Found<number> {
  // Whether bootstrap.sh may set it by itself: only where nothing else does is there anything to know.
  const rest = text.replace(USE_MAX_PODS, "");
  const said = [...rest.matchAll(/max-?pods(?:["']?\s*[:=]\s*|\s+)["']?(\d{1,4})\b|(max-?pods\w*)/gi)];
  const read = said.flatMap(([, number]) => (number === undefined ? [] : Number(number)));
  const open = read.length === 0 ? (text.match(USE_MAX_PODS) ?? []) : [];
  return { read, unread: [...open, ...said.flatMap(([, , word]) => word ?? [])] };
}

const TAINTS = /register-?with-?taints|node-taints/gi;

function taintsIn(text: string): Found<TaintSpec> {
  const found = [...flagTaints(text), ...nodeConfigTaints(text), ...bottlerocketTaints(text)];
  const said = text.match(TAINTS) ?? [];
  // A setting that is written once more than it was understood may close the node.
  return { read: found.flat(), unread: found.length < said.length ? said : [] };
}

/** `--register-with-taints=key=value:Effect,key=value:Effect`. */
function flagTaints(text: string): TaintSpec[][] {
  const flags = [...text.matchAll(/--register-with-taints[= ]["']?([\w./=:,-]+)/g)];
  return flags.map(([, taints = ""]) => taints.split(",").map(taintOfText));
}

/** `registerWithTaints` of NodeConfigs, each a document of its own or a part of a MIME message. */
function nodeConfigTaints(text: string): TaintSpec[][] {
  const parts = text.split(/^--.*$/m).filter((part) => part.includes("registerWithTaints"));
  return parts.flatMap((part) => {
    const config = plainReader(yamlOf(part.replace(/^[\w-]+:.*\n(?=[\s\S]*^apiVersion:)/gm, "")));
    const taints = config.members("spec", "kubelet", "config", "registerWithTaints").map((taint): TaintSpec[] => {
      const [key, effect, value] = [taint.text("key"), taint.text("effect"), taint.text("value")];
      return key === undefined ? [] : [taintOfText(`${key}${value === undefined ? "" : `=${value}`}:${effect}`)];
    });
    return taints.length === 0 || taints.some((one) => one.length === 0) ? [] : [taints.flat()];
  });
}

function yamlOf(text: string): unknown {
  try {
    return parse(text, { logLevel: "silent" });
  } catch {
    return undefined;
  }
}

/** `[settings.kubernetes.node-taints]` with lines such as `key = "value:Effect"` or `key = ["value:Effect"]`. */
function bottlerocketTaints(text: string): TaintSpec[][] {
  const tables = text.split(/^(?=[ \t]*\[)/m).map((table) => table.split("\n").filter((line) => line.trim() !== ""));
  const own = tables.filter(([head = ""]) => head.trim() === "[settings.kubernetes.node-taints]");
  return own.flatMap(([, ...lines]) => {
    const taints = lines.map((line): TaintSpec[] => {
      const [, key = "", values = ""] = /^\s*["']?([\w./-]+)["']?\s*=\s*(.+)$/.exec(line) ?? [];
      const texts = [...values.matchAll(/["']([^"':]*):(\w+)["']/g)];
      return texts.map(([, value, effect]) => taintOfText(`${key}=${value}:${effect}`));
    });
    return lines.length === 0 || taints.some((one) => one.length === 0) ? [] : [taints.flat()];
  });
}
