import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KubernetesObject } from "./kinds";
import { type RealPod, startPod } from "./pods";
import type { RehearsedDns } from "./rehearsed";
import { until } from "./run";
import type { RealSite } from "./site";

interface Deployed extends KubernetesObject {
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly serviceAccountName: string;
        readonly containers: readonly { readonly args: readonly string[]; readonly ports: readonly object[] }[];
      };
    };
  };
}

interface Config extends KubernetesObject {
  readonly data: { readonly Corefile: string };
}

/**
 * Starts the server for the names of all sites in a site, as its pod would run: by the objects of a rehearsal, with the
 * account that these give it.
 * @param coredns path of the program
 */
export async function startClustersetDns(site: RealSite, { objects }: RehearsedDns, coredns: string): Promise<void> {
  await site.kubernetes.apply(...objects);
  const { metadata, spec } = objects.find(({ kind }) => kind === "Deployment") as Deployed;
  const { data } = objects.find(({ kind }) => kind === "ConfigMap") as Config;
  const { labels } = spec.template.metadata;
  const [container] = spec.template.spec.containers;
  await startDns(site, coredns, {
    ...{ name: metadata.name, labels, ports: container!.ports, args: container!.args },
    ...{ corefile: data.Corefile, account: spec.template.spec.serviceAccountName },
  });
}

/** Starts the cluster's own DNS, with what a cloud's add-on makes of its configuration and the account of the other. */
export async function startClusterDns(
  site: RealSite,
  { objects, clusterCorefile = "" }: RehearsedDns,
  coredns: string,
): Promise<void> {
  const labels = { "k8s-app": "kube-dns" };
  const names = [
    { name: "dns", protocol: "UDP" },
    { name: "dns-tcp", protocol: "TCP" },
  ];
  const ports = names.map((one) => ({ ...one, port: 53, targetPort: one.name }));
  await site.kubernetes.apply({
    ...{ apiVersion: "v1", kind: "Service", metadata: { name: "kube-dns", namespace: "kube-system" } },
    spec: { clusterIP: site.node.site.addresses.dnsServiceIp, selector: labels, ports },
  });
  await startDns(site, coredns, {
    ...{ name: "coredns", labels, ports: names.map((one) => ({ ...one, containerPort: 53 })) },
    ...{ args: ["-conf", "/etc/coredns/Corefile"], corefile: clusterCorefile },
    account: objects.find(({ kind }) => kind === "ServiceAccount")!.metadata.name,
  });
}

interface DnsArgs {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly object[];
  readonly args: readonly string[];
  readonly corefile: string;
  readonly account: string;
}

async function startDns(site: RealSite, coredns: string, dns: DnsArgs): Promise<void> {
  const { node, kubernetes } = site;
  const { name, labels, ports } = dns;
  const folder = join(node.folder, name);
  mkdirSync(folder);
  writeFileSync(join(folder, "Corefile"), dns.corefile);
  copyFileSync(join(node.folder, "certificates", "apiserver.crt"), join(folder, "ca.crt"));
  writeFileSync(join(folder, "token"), await kubernetes.tokenOf(dns.account), { mode: 0o600 });
  const mounts = new Map([["/var/run/secrets/kubernetes.io/serviceaccount", folder]]);
  const pod = await startPod(site, { name, namespace: "kube-system", labels, ports, mounts });
  const api = [`KUBERNETES_SERVICE_HOST=${node.address}`, "KUBERNETES_SERVICE_PORT=6443"];
  // Of the machine's own /etc nothing is changed.
  const args = dns.args.map((arg) => arg.replace("/etc/coredns", folder));
  await pod.start(name, ["env", ...api, coredns, ...args]);
  const ready = [
    process.execPath,
    "-e",
    `fetch("http://127.0.0.1:8181/ready").then(({ ok }) => process.exit(ok ? 0 : 1))`,
  ];
  await until(`${name} of ${site.name} is ready`, 240, () => pod.exec(ready).then(() => true)).catch((error: Error) => {
    throw new Error(`${error.message}\n${site.log(name).slice(-2000)}`);
  });
  await pod.setReady(true);
}

/**
 * The addresses that a server has for a name, asked by UDP from a pod.
 * @returns none where it says that there is no such name
 */
export async function resolved(pod: RealPod, server: string, name: string): Promise<string[]> {
  return JSON.parse(await pod.exec([process.execPath, "-e", RESOLVE, server, name])) as string[];
}

const RESOLVE = `
const { Resolver } = require("node:dns/promises");
const [server, name] = process.argv.slice(1);
const resolver = new Resolver({ timeout: 5000, tries: 3 });
resolver.setServers([server]);
resolver.resolve4(name).then(
  (addresses) => console.log(JSON.stringify(addresses)),
  (error) => {
    if (error.code !== "ENOTFOUND") throw error;
    console.log("[]");
  },
);`;
