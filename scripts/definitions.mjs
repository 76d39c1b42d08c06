// Writes the definitions of kinds that Cilium asks for, out of the Go module of their version, without their descriptions,
// which are two thirds of them. Run it for another version of Cilium:
//
//     node scripts/definitions.mjs gateway v1.4.1 gatewayclasses gateways httproutes grpcroutes referencegrants
//     node scripts/definitions.mjs mesh v0.5.2 serviceexports serviceimports
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

/** Where each part of the library has its definitions from. */
const SOURCES = {
  gateway: { module: "sigs.k8s.io/gateway-api", folder: "config/crd/standard", group: "gateway.networking.k8s.io" },
  mesh: { module: "sigs.k8s.io/mcs-api", folder: "config/crd", group: "multicluster.x-k8s.io" },
};

const [part, version, ...kinds] = process.argv.slice(2);
const source = SOURCES[part];
if (source === undefined) throw new Error(`"${part}" is none of ${Object.keys(SOURCES).join(", ")}`);
const empty = mkdtempSync(join(tmpdir(), "multisite-crds-"));
try {
  const args = ["mod", "download", "-json", `${source.module}@${version}`];
  const { stdout, status } = spawnSync("go", args, { cwd: empty, encoding: "utf8" });
  const { Dir, Error: problem } = JSON.parse(stdout || "{}");
  if (status !== 0 || Dir === undefined) throw new Error(`go mod download: ${problem ?? `ended with ${status}`}`);
  const made = kinds.map((kind) => {
    const file = join(Dir, source.folder, `${source.group}_${kind}.yaml`);
    const { status: _, ...crd } = parse(readFileSync(file, "utf8"));
    return withoutDescriptions(crd);
  });
  const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), "lib", part, "crds");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${version}.json`), `[\n${made.map((one) => JSON.stringify(one)).join(",\n")}\n]\n`);
} finally {
  rmSync(empty, { recursive: true });
}

/** A description is a text; a property of that name is an object. */
function withoutDescriptions(value) {
  if (Array.isArray(value)) return value.map(withoutDescriptions);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([name, one]) => name !== "description" || typeof one !== "string");
  return Object.fromEntries(kept.map(([name, one]) => [name, withoutDescriptions(one)]));
}
