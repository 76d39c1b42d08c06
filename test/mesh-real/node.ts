import { cpSync, existsSync, mkdirSync, mkdtempSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SitePlan } from "../../lib/plan/plan";
import { CILIUM } from "../../lib/plan/versions";
import type { Kept } from "../../rehearsal/clusters/keeper";
import { goModuleFolder } from "../support/goModules";
import { connect, nodeAddress } from "./cable";
import { childOf, type Lab } from "./lab";
import { type NodeApis, startApis } from "./nodeApis";
import { PATH, type RunOptions, run, until } from "./run";

/** The one node of a site: namespaces of its own for everything, behind the router, with the site's real addresses. */
export interface SiteNode {
  readonly site: SitePlan;
  readonly name: string;
  readonly address: string;
  readonly folder: string;
  /** The node's file system, as the machine sees it. */
  readonly root: string;
  readonly apis: NodeApis;
  /** Runs a program in the node to its end. */
  exec(command: readonly string[], options?: RunOptions): Promise<string>;
  /** Starts a program in the node. It logs to `log/NAME.log`. */
  start(name: string, command: readonly string[], env?: Readonly<Record<string, string>>): Promise<Kept>;
  /** SIGKILL to everything in the node at once, as when a site is lost. Nothing answers for it any more. */
  kill(): Promise<void>;
  /** Takes the cable out, or puts it back. */
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
  const start = (name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    lab.keeper.start({
      command: "/usr/bin/env",
      args,
      cwd: "/",
      env: { PATH, ...env },
      log: join(folder, "log", `${name}.log`),
    });
  const namespaces = ["unshare", "-m", "-u", "-n", "-p", "-C", "--fork", "--propagation", "private"];
  const holder = await start("node", enterGroup([...namespaces, "sleep", "infinity"]));
  const pid = await childOf(holder);
  const within = (command: readonly string[]) =>
    enterGroup(["nsenter", "-t", String(pid), "-m", "-u", "-n", "-p", "-C", "--", ...command]);
  const cable = await connect(lab, site, pid);
  const node = {
    site,
    name: `${site.name}-1`,
    address: nodeAddress(site),
    folder,
    root: `/proc/${pid}/root`,
    exec: (command: readonly string[], options?: RunOptions) => run(within(command), options),
    start: (name: string, command: readonly string[], env?: Readonly<Record<string, string>>) =>
      start(name, within(command), env),
    async kill() {
      await cable.cut();
      holder.kill();
      await holder.exited;
      await until(`all of ${site.name} is gone`, 120, () => {
        rmdirSync(group);
        return true;
      });
    },
    cut: (isCut: boolean) => (isCut ? cable.cut() : cable.mend()),
  };
  await furnish(lab, node);
  return { ...node, apis: await startApis(node) };
}

/** What a machine and Cilium's image have: file systems of the kernel's, the datapath's sources, and empty places. */
async function furnish(lab: Lab, node: Pick<SiteNode, "site" | "folder" | "exec">): Promise<void> {
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
  const folder = join(goModuleFolder(goModule, version), "bpf");
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
