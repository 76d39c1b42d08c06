import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { startKeeper } from "../../rehearsal/clusters/keeper";
import { findGo, WITHOUT_DEBUGGER } from "../../rehearsal/clusters/toolchain/build";
import { type Holder, withLock } from "../../rehearsal/clusters/toolchain/lock";
import { cacheFolder } from "../../rehearsal/clusters/toolchain/places";

const MODULE = join(__dirname, "module");

/** Programs by the names that Cilium's images give them, and the packages that they are built from. */
const PACKAGES: Readonly<Record<string, string>> = {
  "cilium-agent": "daemon",
  "cilium-operator-generic": "operator",
  "clustermesh-apiserver": "clustermesh-apiserver",
  "cilium-cni": "plugins/cilium-cni",
  "cilium-dbg": "cilium-dbg",
};

/** As Cilium's own Makefile builds them; the operator of clusters without a cloud's addresses needs the second tag. */
const TAGS = "osusergo,ipam_provider_operator";

/** Where the programs lie once they are built. */
export function programsFolder(): string {
  return join(dirname(cacheFolder()), "mesh", `cilium-1.19.5-${process.arch}-${recipe()}`);
}

/** Cilium 1.19.5, built from its public Go module: cold in six minutes on two cores, kept in the user's cache. */
export async function ciliumPrograms(): Promise<string> {
  const entry = programsFolder();
  const waiting = ({ pid }: Holder) => say(`waiting for process ${pid}, which builds Cilium`);
  await withLock(`${entry}.lock`, { waiting }, () => fill(entry));
  return entry;
}

function say(step: string): void {
  process.stderr.write(`multisite: ${step} ...\n`);
}

function recipe(): string {
  const hash = createHash("sha256").update(TAGS);
  for (const file of ["go.mod", "go.sum"]) hash.update(readFileSync(join(MODULE, file)));
  return hash.digest("hex").slice(0, 12);
}

async function fill(entry: string): Promise<void> {
  if (existsSync(entry)) return;
  const go = await findGo(process.env);
  if (typeof go === "string") throw new Error(`Cilium cannot be built: ${go}`);
  mkdirSync(dirname(entry), { recursive: true });
  const work = mkdtempSync(`${entry}.tmp-`);
  const keeper = startKeeper(work);
  try {
    const made = join(work, "programs");
    mkdirSync(made);
    const log = join(work, "log");
    say("building Cilium 1.19.5 with Go, once: about six minutes");
    const flags = ["-trimpath", WITHOUT_DEBUGGER, "-tags", TAGS, "-ldflags", `-s -w -X ${VERSION}=1.19.5`];
    const packages = Object.values(PACKAGES).map((one) => `github.com/cilium/cilium/${one}`);
    const { GOFLAGS: _theirs, NODE_OPTIONS: _node, ...env } = process.env;
    const building = await keeper.start({
      command: go.path,
      args: ["build", ...flags, "-o", `${made}/`, ...packages],
      cwd: MODULE,
      env: { ...env, GOFLAGS: "-mod=readonly -buildvcs=false", GOWORK: "off", CGO_ENABLED: "0" },
      log,
    });
    const { code } = await building.exited;
    if (code !== 0) throw new Error(`${go.version} cannot build Cilium:\n${readFileSync(log, "utf8").slice(-2000)}`);
    for (const [name, from] of Object.entries(PACKAGES))
      renameSync(join(made, from.split("/").at(-1)!), join(made, name));
    rmSync(entry, { recursive: true, force: true });
    renameSync(made, entry);
  } finally {
    await keeper.end();
  }
}

const VERSION = "github.com/cilium/cilium/pkg/version.ciliumVersion";
