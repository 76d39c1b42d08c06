import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
  PROGRAMS,
  presentToolchain,
  type ToolchainOptions,
  tool,
  toolchain,
} from "../../../rehearsal/clusters/toolchain";
import { type Archive, archiveOf } from "../../../rehearsal/clusters/toolchain/archives";
import { isAlive } from "../../../rehearsal/clusters/toolchain/lock";
import { type Bundle, FACTS, VERSIONS } from "../../../rehearsal/clusters/toolchain/versions";
import { Interrupted, UserError } from "../../../rehearsal/userError";
import { shellProgram, temporaryFolder, until } from "../../support/folders";

/** What `go build` says on its way, which must not count as packages. */
const SAID = "go: downloading example.com/x v1.0.0";

/**
 * A Go that writes its process id and a line for each build into `calls`, compiles two packages, and puts a program where
 * it is told to. `during` is what it does in between.
 */
function fakeGo(folder: string, during = ""): string {
  const body = `
if [ "$1" = version ]; then echo "go version go1.26.8 linux/amd64"; exit 0; fi
echo "$$ $GOFLAGS $*" >> "${folder}/calls"
echo "${SAID}" >&2; echo internal/x >&2; echo example.com/y >&2
${during}
while [ "$1" != -o ]; do shift; done
out=$2; shift 2
for package in "$@"; do
  name=\${package%/v[0-9]}; name=\${name##*/}
  printf '#!/bin/sh\\necho built\\n' > "$out$name"; /bin/chmod 755 "$out$name"
done`;
  return shellProgram(join(folder, "go", "go"), body);
}

function calls(folder: string): string[] {
  const file = join(folder, "calls");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
}

/** Nothing but the fake Go: no program of this machine's, and no network. */
function options(folder: string, change: Partial<ToolchainOptions> = {}): ToolchainOptions {
  return {
    environment: { PATH: join(folder, "go"), HOME: folder },
    cache: join(folder, "cache"),
    archives: () => undefined,
    ...change,
  };
}

test("what is missing is built once, with the pinned modules, and then found in the cache", async (t) => {
  const folder = temporaryFolder(t);
  fakeGo(folder);
  const steps: string[] = [];
  assert.equal(await presentToolchain(options(folder)), undefined);
  const made = await toolchain(options(folder, { progress: (text) => steps.push(text) }));
  assert.deepEqual(Object.keys(made).sort(), [...PROGRAMS].sort());
  for (const program of PROGRAMS) {
    assert.equal(made[program].version, VERSIONS[FACTS[program].bundle]);
    assert.equal(execFileSync(made[program].path, { encoding: "utf8" }), "built\n");
  }
  assert.equal(calls(folder).length, 4);
  for (const call of calls(folder)) assert.match(call, /^\d+ -mod=readonly -buildvcs=false build -v -trimpath /);
  assert.ok(
    steps.some((step) => /^building kubernetes 1\.35\.\d+ with Go \(once\): \d+ s, \d+ packages/.test(step)),
    steps[0],
  );
  assert.deepEqual(await toolchain(options(folder)), made);
  assert.deepEqual(await presentToolchain(options(folder)), made);
  assert.equal(calls(folder).length, 4, "built again");
  assertNothingHalf(folder);
});

test("two at once build once", async (t) => {
  const folder = temporaryFolder(t);
  fakeGo(folder, "/bin/sleep 0.2");
  const waited: string[] = [];
  const progress = (text: string) => waited.push(text);
  const [first, second] = await Promise.all([
    toolchain(options(folder, { progress })),
    toolchain(options(folder, { progress })),
  ]);
  assert.deepEqual(first, second);
  assert.equal(calls(folder).length, 4);
  assert.ok(waited.includes(`waiting for process ${process.pid}, which installs etcd`), waited.join("\n"));
  assertNothingHalf(folder);
});

test("an entry that was damaged is made again; one that was only copied is not", async (t) => {
  const folder = temporaryFolder(t);
  fakeGo(folder);
  const { kwok, etcd } = await toolchain(options(folder));
  utimesSync(etcd.path, 1, 1);
  await toolchain(options(folder));
  assert.equal(calls(folder).length, 4);
  truncateSync(kwok.path, 3);
  await toolchain(options(folder));
  assert.equal(calls(folder).length, 5);
  assert.equal(execFileSync(kwok.path, { encoding: "utf8" }), "built\n");
  writeFileSync(kwok.path, readFileSync(kwok.path, "utf8").replace("built", "other"), { mode: 0o755 });
  await toolchain(options(folder));
  assert.equal(calls(folder).length, 6, "other content of the same size was used");
  const manifest = join(kwok.path, "..", "manifest.json");
  rmSync(manifest);
  await toolchain(options(folder));
  assert.equal(calls(folder).length, 7, "an entry without manifest was used");
  for (const [index, text] of ["{", "null", "[]", '{"programs":null}', '{"programs":{"kwok":null}}'].entries()) {
    writeFileSync(manifest, text);
    await toolchain(options(folder));
    assert.equal(calls(folder).length, 8 + index, `an entry with the manifest ${text} was used`);
  }
});

test("a build that fails leaves nothing, and tells what Go said and the three ways out", async (t) => {
  const folder = temporaryFolder(t);
  fakeGo(folder, 'echo "x.go:1:1: it does not compile" >&2; exit 1');
  await assert.rejects(toolchain(options(folder)), (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, /x\.go:1:1: it does not compile/);
    assert.ok(!error.message.includes(SAID));
    assertNamesThreeWays(error.message);
    return true;
  });
  assert.deepEqual(readdirSync(join(folder, "cache")), []);
});

test("a disk that is full while Go builds is told as such", async (t) => {
  const folder = temporaryFolder(t);
  fakeGo(folder, 'echo "write /x: no space left on device" >&2; exit 1');
  await assert.rejects(toolchain(options(folder)), {
    name: "UserError",
    message: /^The disk of .*cache is full: the programs take up to 600 MB\./,
  });
});

test("a cache that cannot be a folder is told as such", async (t) => {
  const folder = temporaryFolder(t);
  fakeGo(folder);
  writeFileSync(join(folder, "cache"), "a file");
  await assert.rejects(toolchain(options(folder)), {
    name: "UserError",
    message: /cache cannot be written \((EEXIST|ENOTDIR)\)/,
  });
});

test("without Go, binaries and a network the error names the three ways out, at once", async (t) => {
  const folder = temporaryFolder(t);
  const begun = Date.now();
  await assert.rejects(toolchain(options(folder, { environment: { PATH: "", HOME: folder } })), (error) => {
    assert.ok(error instanceof UserError, String(error));
    assertNamesThreeWays(error.message);
    assert.match(error.message, /there is no go on the PATH/);
    const [first] = error.message.split("\n");
    for (const program of PROGRAMS) assert.ok(first?.includes(`${program} ${FACTS[program].wanted}`), first);
    return true;
  });
  assert.ok(Date.now() - begun < 60_000);
  assert.deepEqual(readdirSync(join(folder, "cache")), []);
});

test("a Go that is too old to read the modules is named", async (t) => {
  const folder = temporaryFolder(t);
  shellProgram(join(folder, "go", "go"), 'echo "go version go1.22.1 linux/amd64"');
  await assert.rejects(toolchain(options(folder)), /go1\.22\.1 linux\/amd64; 1\.24 or later is needed/);
});

test("an interrupted build is ended and leaves nothing", async (t) => {
  const folder = temporaryFolder(t);
  fakeGo(folder, "/bin/sleep 60");
  const stop = new AbortController();
  const building = toolchain(options(folder, { signal: stop.signal }));
  await until(() => calls(folder).length === 1);
  stop.abort();
  await assert.rejects(building, Interrupted);
  assert.deepEqual(readdirSync(join(folder, "cache")), []);
  await until(() => !isAlive(Number.parseInt(calls(folder)[0] ?? "", 10)));
});

test("a build whose process is killed ends with it, leaves nothing half, and is taken up again", async (t) => {
  const folder = temporaryFolder(t);
  fakeGo(folder, `[ -e "${folder}/go-on" ] || /bin/sleep 60`);
  const script = `
    const { toolchain } = require(${JSON.stringify(require.resolve("../../../rehearsal/clusters/toolchain"))});
    toolchain({ ...${JSON.stringify(options(folder))}, archives: () => undefined });`;
  const child = spawn(process.execPath, ["--require", require.resolve("../../support/typescript.cjs"), "-e", script], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  await until(() => calls(folder).length === 1);
  child.kill("SIGKILL");
  const go = Number.parseInt(calls(folder)[0] ?? "", 10);
  await until(() => !isAlive(go));
  // What is left is the lock of a process that is gone.
  await until(() => readdirSync(join(folder, "cache")).every((name) => name.endsWith(".lock")));
  writeFileSync(join(folder, "go-on"), "");
  await toolchain(options(folder));
  assertNothingHalf(folder);
});

/** An archive as a project would publish it, on a server of ours. */
async function published(
  test: TestContext,
  folder: string,
  change: Partial<Archive> = {},
): Promise<(bundle: Bundle) => Archive> {
  const server: Server = createServer((request, response) => {
    const bundle = (request.url ?? "").slice(1, -".tar.gz".length);
    response.end(readFileSync(archive(folder, bundle as Bundle)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  test.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return (bundle) => ({
    url: `http://127.0.0.1:${port}/${bundle}.tar.gz`,
    hash: "sha256",
    digest: createHash("sha256")
      .update(readFileSync(archive(folder, bundle)))
      .digest("hex"),
    member: "deep/in/*",
    ...change,
  });
}

function archive(folder: string, bundle: Bundle): string {
  const file = join(folder, `${bundle}.tar.gz`);
  if (existsSync(file)) return file;
  const content = join(folder, bundle);
  mkdirSync(content);
  for (const program of PROGRAMS.filter((one) => FACTS[one].bundle === bundle)) {
    shellProgram(join(content, "deep", "in", program), "echo downloaded");
  }
  writeFileSync(join(content, "deep", "in", "other"), "not asked for");
  execFileSync("tar", ["-czf", file, "-C", content, "deep"]);
  return file;
}

test("official binaries are taken before Go is asked, when their digest is the pinned one", async (t) => {
  const folder = temporaryFolder(t);
  fakeGo(folder);
  const steps: string[] = [];
  const made = await toolchain(
    options(folder, { archives: await published(t, folder), progress: (text) => steps.push(text) }),
  );
  for (const program of PROGRAMS) assert.equal(execFileSync(made[program].path, { encoding: "utf8" }), "downloaded\n");
  assert.deepEqual(calls(folder), []);
  assert.ok(
    steps.some((step) => /^downloading helm 3\.\d+\.\d+ \(once\): \d+ of \d+ MB$/.test(step)),
    steps.join("\n"),
  );
  assert.deepEqual(readdirSync(join(made.etcd.path, "..")).sort(), ["etcd", "manifest.json"]);
});

test("an archive with another digest is not used: Go builds", async (t) => {
  const folder = temporaryFolder(t);
  fakeGo(folder);
  const archives = await published(t, folder, { digest: "0".repeat(64) });
  const made = await toolchain(options(folder, { archives }));
  for (const program of PROGRAMS) assert.equal(execFileSync(made[program].path, { encoding: "utf8" }), "built\n");
  // Without Go, the error says so.
  const alone = options(folder, { archives, cache: join(folder, "other"), environment: { PATH: "", HOME: folder } });
  await assert.rejects(toolchain(alone), /has the sha256 [0-9a-f]{64}, not 0{64}: it is not used/);
  assert.deepEqual(readdirSync(join(folder, "other")), []);
});

test("a host that never answers holds nobody up, and is asked once", async (t) => {
  const folder = temporaryFolder(t);
  fakeGo(folder);
  let asked = 0;
  const silent = createServer(() => asked++);
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    silent.closeAllConnections();
    silent.close();
  });
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/x.tar.gz`;
  const archives = (bundle: Bundle) => ({ ...archiveOf(bundle, "linux", "x64")!, url });
  await toolchain(options(folder, { archives, patience: 100 }));
  assert.equal(asked, 1);
  assert.equal(calls(folder).length, 4);
});

test("an archive that is not there is no reason to give up the others", async (t) => {
  const folder = temporaryFolder(t);
  fakeGo(folder);
  const good = await published(t, folder);
  const missing = createServer((_request, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => missing.listen(0, "127.0.0.1", resolve));
  t.after(() => missing.close());
  const url = `http://127.0.0.1:${(missing.address() as AddressInfo).port}/etcd.tar.gz`;
  const archives = (bundle: Bundle) => (bundle === "etcd" ? { ...good(bundle), url } : good(bundle));
  const made = await toolchain(options(folder, { archives }));
  assert.equal(execFileSync(made.etcd.path, { encoding: "utf8" }), "built\n");
  assert.equal(execFileSync(made.helm.path, { encoding: "utf8" }), "downloaded\n");
});

function assertNothingHalf(folder: string): void {
  const names = readdirSync(join(folder, "cache"));
  assert.deepEqual(
    names.filter((name) => /\.(lock|tmp)/.test(name)),
    [],
  );
  assert.equal(names.length, 4);
}

function assertNamesThreeWays(message: string): void {
  for (const way of ["Install Go 1.24 or later", "dl.k8s.io, github.com, get.helm.sh", "MULTISITE_ASSETS="]) {
    assert.ok(message.includes(way), message);
  }
}

test("a folder of MULTISITE_ASSETS that holds no program is told, with where they come from, and one that holds any is not", async (t) => {
  const folder = temporaryFolder(t);
  fakeGo(folder);
  const helm = shellProgram(join(folder, "bin", "helm"), "echo v3.18.0");
  const assets = join(folder, "assets");
  mkdirSync(assets);
  const environment = { PATH: [join(folder, "go"), join(folder, "bin")].join(":"), HOME: folder };
  const told = async (of: string | undefined) => {
    const steps: string[] = [];
    const given = { environment: { ...environment, ...(of && { MULTISITE_ASSETS: of }) } };
    await toolchain(options(folder, { ...given, progress: (text) => steps.push(text) }));
    return steps.filter((text) => text.includes("MULTISITE_ASSETS"));
  };
  assert.deepEqual(await told(assets), [
    `MULTISITE_ASSETS is ${assets}, which holds none of the programs: they come from ${join(folder, "bin")} and the cache, ${join(folder, "cache")}`,
  ]);
  assert.deepEqual(await told(undefined), []);
  assert.deepEqual(await told(join(helm, "..")), []);
});

test("one program alone is looked for, brought with its bundle, and missed by its own name", async (t) => {
  const folder = temporaryFolder(t);
  const alone = options(folder, { environment: { PATH: "", HOME: folder } });
  await assert.rejects(tool("helm", alone), ({ message }: Error) => {
    assert.match(message, /^helm 3\.\d+ or later, below 4: needed .* not here\./);
    assertNamesThreeWays(message);
    return true;
  });
  await assert.rejects(tool("kubectl", alone), ({ message }: Error) => {
    assert.ok(message.startsWith("kubectl ") && !message.includes("kube-apiserver"), message);
    return true;
  });
  fakeGo(folder);
  const helm = await tool("helm", options(folder));
  assert.equal(helm.version, VERSIONS.helm);
  assert.equal(calls(folder).length, 1);
});
