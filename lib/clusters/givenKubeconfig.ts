import * as pulumi from "@pulumi/pulumi";
import { parseDocument } from "yaml";
import { LateError } from "../lateError";

/**
 * The kubeconfig of a site that exists, secret, once it is one. The Kubernetes provider takes nothing and an empty text for the
 * cluster that kubectl is set to, and a text that it cannot read for a site that is down, of which a warning tells: a rehearsal
 * needs no more.
 * @param given text, or the path of a file, which only the provider reads. Unknown values stay unknown.
 * @throws LateError, once it is known, for what is no text, an empty one, or a kubeconfig without a server; it shows nothing of it.
 */
export function checkedKubeconfig(site: string, given: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.secret(given).apply((value) => {
    const wanted = `kubeconfigs.${site} must be the text of a kubeconfig whose current-context leads to a server, or the path of its file`;
    const from = "look at the secret or the output of another stack that it comes from";
    const got = misgiven(value);
    if (got !== undefined) throw new LateError(`${wanted}, got ${got}. Give that of site "${site}": ${from}.`);
    if (!isPath(value) && targetOf(value) === undefined) {
      const neither = `${wanted}, and is a text that is neither (which is not shown)`;
      pulumi.log.warn(
        `${neither}: to the Kubernetes provider site "${site}" is down. For more than a rehearsal, ${from}.`,
      );
    }
    return value;
  });
}

/** Kubeconfigs of sites that exist, by site. */
export type GivenKubeconfigs = { readonly [site: string]: pulumi.Input<string> };

/**
 * Refuses two sites that are one cluster, whose loss would take both. Servers of names that are reserved for examples, and this
 * machine, are no cluster's.
 * @throws LateError, once both kubeconfigs are known, that names the two.
 */
export function refuseOneCluster(given: GivenKubeconfigs): void {
  const all = Object.entries(given);
  all.forEach(([site, one], index) => {
    for (const [other, another] of all.slice(0, index)) {
      pulumi.all([another, one]).apply(([first, second]) => {
        const target = targetOf(first);
        if (target === undefined || target !== targetOf(second) || RESERVED.test(target)) return;
        throw new LateError(
          `kubeconfigs.${other} and kubeconfigs.${site} lead to one server: two sites of one cluster are lost together. Give each ` +
            "site the kubeconfig of its own cluster.",
        );
      });
    }
  });
}

/** Hosts that are nobody's, at the beginning of a target. Source: RFC 2606 and RFC 6761. */
const RESERVED =
  /^\["https?:\/\/(([^/:"]*\.)?(example(\.com|\.net|\.org)?|test|invalid|localhost)|127\.[\d.]+|\[::1\])[/:"]/;

/** What was given in place of a kubeconfig with a server; undefined where it is one, or a text that nobody takes for one. */
function misgiven(value: unknown): string | undefined {
  if (value === undefined || value === null) return "nothing";
  if (typeof value !== "string") return `a value of type ${typeof value}`;
  if (value.trim() === "") return "an empty text";
  const isOne = typeof read(value) === "object" && read(value) !== null;
  return isOne && targetOf(value) === undefined ? "one that leads to none (which is not shown)" : undefined;
}

/** A kubeconfig in base64 is longer. */
const LONGEST_PATH = 1024;

/** One line with a separator of folders; a kubeconfig on one line is JSON. */
function isPath(text: string): boolean {
  return text.length <= LONGEST_PATH && /^[^\n{]*[/\\][^\n]*$/.test(text.trim()) && !text.includes("://");
}

/**
 * What tells the cluster that a kubeconfig leads to from others: its server, and what proxies of many clusters know them by.
 * Undefined where there is no server, or the text is a path and its file not known.
 */
function targetOf(text: unknown): string | undefined {
  const config = typeof text === "string" ? read(text) : undefined;
  const context = named(config?.contexts, config?.["current-context"])?.context;
  const cluster = named(config?.clusters, context?.cluster)?.cluster;
  const server = cluster?.server;
  if (typeof server !== "string" || server.trim() === "") return undefined;
  const exec = named(config?.users, context?.user)?.user?.exec;
  return JSON.stringify([urlOf(server), cluster?.["tls-server-name"], cluster?.["proxy-url"], exec?.args]);
}

/** The parts of a kubeconfig that are read, any of which may be anything. */
interface Kubeconfig {
  readonly "current-context"?: unknown;
  readonly contexts?: unknown;
  readonly clusters?: unknown;
  readonly users?: unknown;
}

function read(text: string): Kubeconfig | undefined {
  try {
    const document = parseDocument(text);
    return document.errors.length === 0 ? (document.toJS() as Kubeconfig) : undefined;
  } catch {
    return undefined;
  }
}

/** An entry of one of a kubeconfig's lists. */
interface Entry {
  readonly name?: unknown;
  readonly context?: { readonly cluster?: unknown; readonly user?: unknown };
  readonly cluster?: {
    readonly server?: unknown;
    readonly "tls-server-name"?: unknown;
    readonly "proxy-url"?: unknown;
  };
  readonly user?: { readonly exec?: { readonly args?: unknown } };
}

function named(list: unknown, name: unknown): Entry | undefined {
  return Array.isArray(list) ? list.find((one: Entry | null | undefined) => one?.name === name) : undefined;
}

/** One spelling of an address. */
function urlOf(server: string): string {
  const address = server.includes("://") ? server : `https://${server}`;
  return URL.canParse(address) ? new URL(address).href.replace(/\/$/, "") : address;
}
