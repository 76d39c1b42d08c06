// Writes lib/gateway/crds/<version>.json: the definitions of Gateway API that Cilium asks for, out of the Go module of that
// version, without their descriptions, which are two thirds of them. Run it for another version of Cilium:
//
//     node scripts/gatewayCrds.mjs v1.4.1 gatewayclasses gateways httproutes grpcroutes referencegrants
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const [version, ...kinds] = process.argv.slice(2);
const empty = mkdtempSync(join(tmpdir(), "multisite-crds-"));
try {
  const args = ["mod", "download", "-json", `sigs.k8s.io/gateway-api@${version}`];
  const { stdout, status } = spawnSync("go", args, { cwd: empty, encoding: "utf8" });
  const { Dir, Error: problem } = JSON.parse(stdout || "{}");
  if (status !== 0 || Dir === undefined) throw new Error(`go mod download: ${problem ?? `ended with ${status}`}`);
  const made = kinds.map((kind) => {
    const file = join(Dir, "config", "crd", "standard", `gateway.networking.k8s.io_${kind}.yaml`);
    const { status: _, ...crd } = parse(readFileSync(file, "utf8"));
    return withoutDescriptions(crd);
  });
  const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), "lib", "gateway", "crds");
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
