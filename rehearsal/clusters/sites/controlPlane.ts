import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatAddress, parseCidr } from "../../../lib/plan/cidr";
import type { SitePlan } from "../../../lib/plan/plan";
import type { KeptCommand } from "../keeper";
import type { Program, Toolchain } from "../toolchain";
import { localKubeconfig } from "./kubeconfig";
import { makePki, type Pki } from "./pki";
import { kwokConfiguration } from "./stages";

/** The programs of one site, in the order in which they start. */
export const SITE_PROGRAMS = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"] as const;

export type SiteProgram = (typeof SITE_PROGRAMS)[number];

/** The files of one site, and what clients need of it. */
export interface SiteFiles {
  readonly folder: string;
  readonly pki: Pki;
  readonly endpoint: string;
  readonly port: number;
  /** For people and their tools. */
  readonly kubeconfig: string;
}

/**
 * The socket of the proxy for what the API server calls in its cluster, in the site's folder. Short: see `checkSockets`.
 */
export const EGRESS_SOCKET = "egress.sock";

/**
 * Writes what the programs of a site read.
 * @param port of the API server on 127.0.0.1.
 * @param token of its administrator.
 * @throws NodeJS.ErrnoException when the folder cannot be written.
 */
export function writeSite(site: SitePlan, folder: string, port: number, token: string): SiteFiles {
  const pki = makePki(site.name, formatAddress(parseCidr(site.addresses.serviceCidr).start + 1), token);
  const endpoint = `https://127.0.0.1:${port}`;
  const kubeconfig = (user: Parameters<typeof localKubeconfig>[3]) =>
    localKubeconfig(site.name, endpoint, pki.authority.certificate, user);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files: Record<string, string> = {
    "ca.crt": pki.authority.certificate,
    "ca.key": pki.authority.key,
    "server.crt": pki.server.certificate,
    "server.key": pki.server.key,
    "front-ca.crt": pki.frontProxyAuthority.certificate,
    "front.crt": pki.frontProxy.certificate,
    "front.key": pki.frontProxy.key,
    "accounts.key": pki.serviceAccounts.privateKey,
    "accounts.pub": pki.serviceAccounts.publicKey,
    "tokens.csv": `${pki.token},multisite-rehearsal,multisite-rehearsal,system:masters\n`,
    "controller-manager.json": kubeconfig(pki.controllerManager),
    "scheduler.json": schedulerConfiguration(join(folder, "scheduler-kubeconfig.json")),
    "scheduler-kubeconfig.json": kubeconfig(pki.scheduler),
    "kwok-kubeconfig.json": kubeconfig(pki.kubelets),
    "kwok.yaml": kwokConfiguration(site),
    "egress.json": egressConfiguration(EGRESS_SOCKET),
    kubeconfig: kubeconfig(pki.administrator),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 });
  return { folder, pki, endpoint, port, kubeconfig: files.kubeconfig ?? "" };
}

/**
 * How a program of a site is run.
 * @param sites that run at the same time, this one among them.
 */
export function commandOf(
  program: SiteProgram,
  site: SitePlan,
  files: SiteFiles,
  { tools, sites }: { readonly tools: Toolchain; readonly sites: number },
): KeptCommand {
  const at = (name: string) => join(files.folder, name);
  const args = ARGUMENTS[program](at, site, files);
  return {
    command: tools[program satisfies Program].path,
    args: args.map((arg) => `--${arg}`),
    cwd: files.folder,
    // Nothing of the user's: no proxy, no kubeconfig, no configuration of kwok in the home folder.
    env: { PATH: process.env.PATH, HOME: files.folder, TMPDIR: files.folder, GOGC: garbage(program, sites) },
    log: at(`${program}.log`),
  };
}

/** Up to so many sites have room to spare in the 4 GB that ten are given. */
const FEW_SITES = 5;

/**
 * Percent by which memory may grow until Go collects it. Collecting takes an eighth of a site's start, so that few sites do
 * without most of it; of many the sum of their memory counts, but for the API server's start (a fifth longer at 60).
 */
function garbage(program: SiteProgram, sites: number): string {
  if (sites <= FEW_SITES) return "200";
  return program === "kube-apiserver" ? "100" : "50";
}

type Arguments = (at: (name: string) => string, site: SitePlan, files: SiteFiles) => string[];

/**
 * Admission plugins beyond Kubernetes' defaults that EKS, GKE and AKS all switch on (EKS user guide, "Kubernetes version
 * admission controllers"; GKE, "Admission controllers"; AKS FAQ). Read 2026-11-20.
 */
const ADMISSION = ["NodeRestriction", "ExtendedResourceToleration"];

const ARGUMENTS: Readonly<Record<SiteProgram, Arguments>> = {
  etcd: (at) => [
    "name=site",
    `data-dir=${at("etcd")}`,
    // A socket in a folder of ours alone: on a port, every user of the machine could read and write the cluster.
    // Named from there, because in a URL a path may not have every character that a folder may.
    "listen-client-urls=unix://e.sock",
    "listen-peer-urls=unix://p.sock",
    // Advertised to nobody: etcd wants the form host:port, and the only member looks for no other.
    "advertise-client-urls=http://localhost:2379",
    "initial-advertise-peer-urls=http://localhost:2380",
    "initial-cluster=site=http://localhost:2380",
    // What is lost when the machine stops is a rehearsal.
    "unsafe-no-fsync",
    "log-level=warn",
  ],
  "kube-apiserver": (at, site, { port }) => [
    "etcd-servers=unix://e.sock",
    "bind-address=127.0.0.1",
    `secure-port=${port}`,
    `cert-dir=${at(".")}`,
    `tls-cert-file=${at("server.crt")}`,
    `tls-private-key-file=${at("server.key")}`,
    `client-ca-file=${at("ca.crt")}`,
    `token-auth-file=${at("tokens.csv")}`,
    "authorization-mode=Node,RBAC",
    `enable-admission-plugins=${ADMISSION.join(",")}`,
    "allow-privileged=true",
    `service-cluster-ip-range=${site.addresses.serviceCidr}`,
    "service-account-issuer=https://kubernetes.default.svc",
    `service-account-key-file=${at("accounts.pub")}`,
    `service-account-signing-key-file=${at("accounts.key")}`,
    // A loopback address may not be an endpoint, and no pod is there to use one.
    "endpoint-reconciler-type=none",
    // Aggregated APIs and webhooks are called at their pods, as a managed control plane does, and by way of egress.ts.
    "enable-aggregator-routing=true",
    `egress-selector-config-file=${at("egress.json")}`,
    `requestheader-client-ca-file=${at("front-ca.crt")}`,
    "requestheader-allowed-names=front-proxy-client",
    "requestheader-extra-headers-prefix=X-Remote-Extra-",
    "requestheader-group-headers=X-Remote-Group",
    "requestheader-username-headers=X-Remote-User",
    `proxy-client-cert-file=${at("front.crt")}`,
    `proxy-client-key-file=${at("front.key")}`,
    "profiling=false",
  ],
  "kube-controller-manager": (at) => [
    `kubeconfig=${at("controller-manager.json")}`,
    `root-ca-file=${at("ca.crt")}`,
    `service-account-private-key-file=${at("accounts.key")}`,
    `cluster-signing-cert-file=${at("ca.crt")}`,
    `cluster-signing-key-file=${at("ca.key")}`,
    "use-service-account-credentials=true",
    "leader-elect=false",
    "kube-api-qps=300",
    "kube-api-burst=600",
    // No port: nobody scrapes it.
    "secure-port=0",
    "profiling=false",
  ],
  "kube-scheduler": (at) => [`config=${at("scheduler.json")}`, "secure-port=0"],
  // Its configurations are a list with commas and quotes, which the folder's path may have as well.
  kwok: (at) => ["v=WARN", "config=kwok.yaml", `kubeconfig=${at("kwok-kubeconfig.json")}`],
};

/** The scheduler as it comes, but for its own limit on requests, which a rehearsal would only wait for. */
function schedulerConfiguration(kubeconfig: string): string {
  return JSON.stringify({
    apiVersion: "kubescheduler.config.k8s.io/v1",
    kind: "KubeSchedulerConfiguration",
    clientConnection: { kubeconfig, qps: 500, burst: 1000 },
    leaderElection: { leaderElect: false },
    enableProfiling: false,
  });
}

/** All that the API server calls in the cluster goes through our proxy: none of it may reach the machine's network. */
function egressConfiguration(udsName: string): string {
  const connection = { proxyProtocol: "HTTPConnect", transport: { uds: { udsName } } };
  return JSON.stringify({
    apiVersion: "apiserver.k8s.io/v1beta1",
    kind: "EgressSelectorConfiguration",
    egressSelections: [{ name: "cluster", connection }],
  });
}
