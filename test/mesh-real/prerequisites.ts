import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { isExecutable } from "../../rehearsal/clusters/toolchain/places";
import { programsFolder } from "./programs";

/** What of the machine a real mesh needs. */
export interface Machine {
  /** Where the unified hierarchy of control groups is mounted. */
  readonly cgroups: string;
  readonly clang: string;
}

/** Programs of the system that nodes are made with, and that Cilium's agent calls. */
const CALLED = ["nsenter", "unshare", "mount", "ip", "iptables", "ipset", "sh"];

/**
 * What a test of a real mesh runs on. It is asked for by `MULTISITE_MESH`: `1` builds Cilium's programs where they are missing
 * and runs the whole; `short` builds them and leaves out what only waits or comes again; `present` is `short` where they are
 * built already.
 * @returns why it does not run, as a text
 */
export function askedMachine(): Machine | string {
  const asked = process.env.MULTISITE_MESH;
  if (asked === undefined) return "npm run test:mesh runs it, in some minutes";
  const here = machine();
  if (typeof here === "string" || asked !== "present" || existsSync(programsFolder())) return here;
  return "Cilium's programs are not built yet: npm run test:mesh does it, once, in six minutes";
}

/** Whether everything is asked for, also what waits for minutes. */
export function isWhole(): boolean {
  return process.env.MULTISITE_MESH === "1";
}

/**
 * What this machine has for a real mesh.
 * @returns why it cannot have one, as a text
 */
export function machine(): Machine | string {
  if (process.platform !== "linux") return "a real mesh needs Linux";
  if (process.getuid?.() !== 0) return "a real mesh needs root, for namespaces and BPF";
  const cgroups = mountOf("cgroup2");
  if (cgroups === undefined) return "no cgroup2 is mounted here, to which Cilium attaches";
  if (!/\bbpf$/m.test(readFileSync("/proc/filesystems", "utf8"))) return "this kernel has no BPF file system";
  if (!existsSync("/sys/kernel/btf/vmlinux")) return "this kernel tells no types of its own (BTF)";
  const missing = CALLED.filter((name) => find(name) === undefined);
  const clang = ["clang-19", "clang-18", "clang-17", "clang"].map(find).find((path) => path !== undefined);
  if (clang === undefined) missing.push("clang of 17 or later");
  if (clang === undefined || missing.length > 0)
    return `these programs are missing: ${missing.join(", ")} (Debian: iproute2 iptables ipset clang-19 llvm-19)`;
  const refused = refusedInNamespaces();
  if (refused !== undefined) return `this machine refuses what nodes are made of: ${refused}`;
  return { cgroups, clang };
}

/** Tries in namespaces that end at once what every node does first: a container may be root and not be allowed to. */
function refusedInNamespaces(): string | undefined {
  const script =
    "mount -t bpf bpf /sys/fs/bpf; ip link add one type veth peer name two; iptables -t mangle -S; ipset list";
  const { status, stderr } = spawnSync("unshare", ["-m", "-n", "-p", "-f", "sh", "-ec", script], { encoding: "utf8" });
  return status === 0 ? undefined : (stderr ?? "").trim().split("\n").at(-1) || "unshare fails";
}

function mountOf(type: string): string | undefined {
  const mounts = readFileSync("/proc/mounts", "utf8").split("\n");
  return mounts.map((line) => line.split(" ")).find(([, , kind]) => kind === type)?.[1];
}

function find(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}
