import { cpSync, existsSync, mkdirSync, mkdtempSync, rmdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { formatAddress, formatCidr, parseCidr } from "../../lib/plan/cidr";
import type { SitePlan } from "../../lib/plan/plan";
import { CILIUM } from "../../lib/plan/versions";
import type { Kept } from "../../rehearsal/clusters/keeper";
import { childOf, type Lab, PATH, type RunOptions, run } from "./lab";

/** The one node of a site: namespaces of its own for everything, behind the router, with the site's real addresses. */
export interface SiteNode {
  readonly site: SitePlan;
  readonly name: string;
  readonly address: string;
  readonly folder: string;
  /** Runs a program in the node to its end. */
  exec(command: readonly string[], options?: RunOptions): Promise<string>;
  /** Starts a program in the node. It logs to `log/NAME.log`. */
  start(name: string, command: readonly string[], env?: Readonly<Record<string, string>>): Promise<Kept>;
  /** SIGKILL to everything in the node at once, as when a site is lost. */
  kill(): Promise<void>;
  /** Takes the cable out, or puts it back: packets vanish silently. */
  cut(isCut: boolean): Promise<void>;
}

export async function startNode(lab: Lab, site: SitePlan): Promise<SiteNode> {
  // A site that comes again under its name is another machine.
  const folder = mkdtempSync(join(lab.folder, `${site.name}-`));
  const group = join(lab.group, folder.split("/").at(-1)!);
  for (const one of [join(folder, "log"), group]) mkdirSync(one, { recursive: true });
  const enterGroup = (command: readonly string[]) => [
    "sh",
    "-c",
    `echo $$ > ${group}/cgroup.procs && exec "$@"`,
    "sh",
    ...command,
  ];
  const start = (name: string, [command, ...args]: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    lab.keeper.start({
      command: `/usr/bin/env`,
      args: [command!, ...args],
      cwd: "/",
      env: { PATH, ...env },
      log: join(folder, "log", `${name}.log`),
    });
  const holder = await start(
    "node",
    enterGroup(["unshare", "-m", "-u", "-n", "-p", "-C", "--fork", "--propagation", "private", "sleep", "infinity"]),
  );
  const pid = await childOf(holder);
  const within = (command: readonly string[]) =>
    enterGroup(["nsenter", "-t", String(pid), "-m", "-u", "-n", "-p", "-C", "--", ...command]);
  const link = `n${site.number}`;
  const node: SiteNode = {
    site,
    name: `${site.name}-1`,
    address: formatAddress(parseCidr(site.addresses.nodeSubnets[0]!).start + 10),
    folder,
    exec: (command, options) => run(within(command), options),
    start: (name, command, env) => start(name, within(command), env),
    async kill() {
      holder.kill();
      await holder.exited;
      await sleep(200);
      rmdirSync(group);
    },
    cut: async (isCut) => {
      await run(["nsenter", "-t", String(lab.router), "-n", "ip", "link", "set", link, isCut ? "down" : "up"]);
      if (!isCut) await route(lab, node, link);
    },
  };
  await connect(lab, node, link, pid);
  await furnish(lab, node);
  return node;
}

/** A cable from the node to the router, whose end has the first address of the node's subnet. */
async function connect(lab: Lab, node: SiteNode, link: string, pid: number): Promise<void> {
  const { prefix } = parseCidr(node.site.addresses.nodeSubnets[0]!);
  const router = ["nsenter", "-t", String(lab.router), "-n"];
  await run([...router, "ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", String(pid)]);
  await run([...router, "ip", "link", "set", link, "up"]);
  await run([...router, "ip", "address", "add", `${gatewayOf(node)}/${prefix}`, "dev", link]);
  const mesh = node.site.addresses.mesh.map((address) => `ip address add ${address}/32 dev eth0`);
  await node.exec([
    "sh",
    "-ec",
    [
      "ip link set lo up",
      `ip address add ${node.address}/${prefix} dev eth0`,
      ...mesh,
      "ip link set eth0 up",
      `ip route add default via ${gatewayOf(node)}`,
    ].join("\n"),
  ]);
  await route(lab, node, link);
}

/** The router knows the addresses of the site's load balancers at its node, and none of its pods. */
async function route(lab: Lab, node: SiteNode, link: string): Promise<void> {
  const router = ["nsenter", "-t", String(lab.router), "-n"];
  const range = formatCidr(parseCidr(node.site.addresses.loadBalancerCidr));
  await run([...router, "ip", "route", "replace", range, "via", node.address, "dev", link]);
}

function gatewayOf({ site }: SiteNode): string {
  return formatAddress(parseCidr(site.addresses.nodeSubnets[0]!).start + 1);
}

/** What a machine and Cilium's image have: file systems of the kernel's, the datapath's sources, and empty places. */
async function furnish(lab: Lab, node: SiteNode): Promise<void> {
  const { folder, site } = node;
  writeFileSync(join(folder, "hosts"), "127.0.0.1 localhost clustermesh-apiserver.kube-system.svc\n");
  writeFileSync(join(folder, "etcd-config.yaml"), OWN_STORE);
  cpSync(datapath(), join(folder, "bpf"), { recursive: true });
  await node.exec([
    "sh",
    "-ec",
    `hostname ${site.name}
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t bpf bpf /sys/fs/bpf
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/lib
mkdir -p /run/netns /run/cilium/cgroupv2 /run/lock /var/lib/cilium /var/lib/etcd-secrets
mount -t cgroup2 none /run/cilium/cgroupv2
cp -r ${folder}/bpf /var/lib/cilium/bpf
chmod -R u+w /var/lib/cilium/bpf
cp ${folder}/etcd-config.yaml /var/lib/cilium/
mount --bind ${folder}/hosts /etc/hosts
mount -t overlay overlay -o lowerdir=${lab.overUsrBin}:/usr/bin /usr/bin
echo 1 > /proc/sys/net/ipv4/ip_forward
mount --bind /proc/sys/kernel /proc/sys/kernel
mount -o remount,bind,ro /proc/sys/kernel`,
  ]);
}

/** Sources of the datapath, as Cilium's image has them: in the module that its programs were built from. */
function datapath(): string {
  const { goModule, version } = CILIUM.offline;
  const folder = join(process.env.GOMODCACHE ?? join(homedir(), "go/pkg/mod"), `${goModule}@${version}`, "bpf");
  if (!existsSync(folder)) throw new Error(`${folder} is missing: go mod download ${goModule}@${version}`);
  return folder;
}

/** The same file as in the image of the mesh API. */
const OWN_STORE = `endpoints:
- https://127.0.0.1:2379
trusted-ca-file: /var/lib/cilium/etcd-secrets/ca.crt
cert-file: /var/lib/cilium/etcd-secrets/tls.crt
key-file: /var/lib/cilium/etcd-secrets/tls.key
`;
