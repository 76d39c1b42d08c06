import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { CERT_MANAGER, COREDNS, DEFAULT_KUBERNETES_VERSION, TRUST_MANAGER } from "../../../lib/plan/versions";
import { archiveOf } from "../../../rehearsal/clusters/toolchain/archives";
import { moduleFolder, recipe } from "../../../rehearsal/clusters/toolchain/build";
import { cacheFolder } from "../../../rehearsal/clusters/toolchain/places";
import {
  type Bundle,
  FACTS,
  OPTIONAL_PROGRAMS,
  PROGRAMS,
  programsOf,
  readVersion,
  VERSIONS,
} from "../../../rehearsal/clusters/toolchain/versions";

const BUNDLES = Object.keys(VERSIONS) as Bundle[];
const MODULES = {
  kubernetes: "k8s.io/kubernetes",
  etcd: "go.etcd.io/etcd/server/v3",
  kwok: "sigs.k8s.io/kwok",
  helm: "helm.sh/helm/v3",
  "trust-manager": "github.com/cert-manager/trust-manager",
  issuers: "github.com/cert-manager/cert-manager",
  pebble: "github.com/letsencrypt/pebble/v2",
  coredns: "github.com/coredns/coredns",
};

test("what runs beside clusters has the versions of the charts and images that install it there", () => {
  assert.equal(`v${VERSIONS["trust-manager"]}`, TRUST_MANAGER.version);
  assert.equal(`v${VERSIONS.issuers}`, CERT_MANAGER.version);
  assert.ok(COREDNS.image.endsWith(`:v${VERSIONS.coredns}`));
});

test("local sites run the Kubernetes that sites get by default", () => {
  assert.ok(VERSIONS.kubernetes.startsWith(`${DEFAULT_KUBERNETES_VERSION}.`));
});

for (const bundle of BUNDLES) {
  const folder = moduleFolder(bundle);
  const goMod = readFileSync(join(folder, "go.mod"), "utf8");

  test(`the Go module of ${bundle} builds the pinned version, and pins its content`, () => {
    assert.match(goMod, new RegExp(`\\s${MODULES[bundle]} v${VERSIONS[bundle]}(\\s|$)`, "m"));
    for (const program of programsOf(bundle)) assert.ok(goMod.includes(FACTS[program].package), program);
    const goSum = readFileSync(join(folder, "go.sum"), "utf8");
    assert.ok(goSum.includes(`${MODULES[bundle]} v${VERSIONS[bundle]} h1:`), "no content hash");
  });

  test(`the archives of ${bundle} are of the pinned version, with digests of their hash's length`, () => {
    if ((OPTIONAL_PROGRAMS as readonly string[]).includes(bundle)) {
      assert.equal(archiveOf(bundle, "linux", "x64"), undefined, "built only");
      return;
    }
    const archives = (["x64", "arm64"] as const).map((arch) => archiveOf(bundle, "linux", arch));
    for (const archive of archives) {
      assert.ok(archive !== undefined);
      assert.ok(archive.url.startsWith("https://") && archive.url.includes(`v${VERSIONS[bundle]}`), archive.url);
      assert.match(archive.digest, archive.hash === "sha512" ? /^[0-9a-f]{128}$/ : /^[0-9a-f]{64}$/);
    }
    assert.notEqual(archives[0]?.digest, archives[1]?.digest);
    assert.equal(archiveOf(bundle, "darwin", "arm64"), undefined);
  });
}

test("every k8s.io module that Kubernetes replaces by its own folder is replaced by its release of the same minor", () => {
  const goMod = readFileSync(join(moduleFolder("kubernetes"), "go.mod"), "utf8");
  const replaced = [...goMod.matchAll(/^\s+(k8s\.io\/[\w-]+) => (\S+) (\S+)$/gm)];
  assert.ok(replaced.length >= 30, `${replaced.length}`);
  for (const [, from, to, version] of replaced) {
    assert.equal(to, from);
    assert.equal(version, `v0.${VERSIONS.kubernetes.split(".").slice(1).join(".")}`);
  }
});

test("what helm, issuers, kwok and trust-manager have in common they require in one version, to be compiled once", () => {
  const modules = join(moduleFolder("kwok"), "..");
  const used = [...readFileSync(join(modules, "go.work"), "utf8").matchAll(/^\t\.\/(\S+)$/gm)].map(([, name]) => name!);
  assert.deepEqual(used, ["helm", "issuers", "kwok", "trust-manager"]);
  const required = used.flatMap((name) => {
    const goMod = readFileSync(join(modules, name, "go.mod"), "utf8");
    return [...goMod.matchAll(/^\t(\S+\.\S+) (v\S+)/gm)].map(([, module, version]) => ({ module, version, name }));
  });
  const versions = new Map(required.map(({ module, version }) => [module, version]));
  assert.ok(required.length - versions.size > 100, `${required.length} lines, ${versions.size} modules`);
  assert.deepEqual(
    required.filter(({ module, version }) => versions.get(module) !== version),
    [],
  );
});

test("what is built is told apart by what it is built from", () => {
  assert.equal(new Set(BUNDLES.map(recipe)).size, BUNDLES.length);
  for (const bundle of BUNDLES) assert.match(recipe(bundle), /^[0-9a-f]{12}$/);
});

const PRINTED: readonly (readonly [printed: string, version: string | undefined])[] = [
  ["Kubernetes v1.35.4", "1.35.4"],
  ["etcd Version: 3.6.14\nGit SHA: GitNotFound\nGo Version: go1.26.8\n", "3.6.14"],
  ["kwok version v0.8.0 go1.26.8 (linux/amd64)", "0.8.0"],
  ["Client Version: v1.32.4-dispatcher\nKustomize Version: v5.5.0\n", "1.32.4"],
  ["v3.22.0+g144ca65", "3.22.0"],
  ["v3.22.0", "3.22.0"],
  ["(devel)", undefined],
  ["v1.35", undefined],
];

for (const [printed, version] of PRINTED) {
  test(`the version in ${JSON.stringify(printed)} is ${version}`, () => {
    const read = readVersion(printed);
    assert.equal(read && `${read.major}.${read.minor}.${read.patch}`, version);
  });
}

const FIT: readonly (readonly [program: (typeof PROGRAMS)[number], fitting: string[], others: string[]])[] = [
  ["etcd", ["3.6.0", "3.6.20"], ["3.5.21", "3.7.0", "4.6.14"]],
  ["kube-apiserver", ["1.35.0", "1.35.9"], ["1.34.9", "1.36.0", "2.35.4"]],
  ["kube-controller-manager", ["1.35.4"], ["1.34.4"]],
  ["kube-scheduler", ["1.35.4"], ["1.36.4"]],
  ["kwok", ["0.8.1"], ["0.7.0", "0.9.0"]],
  ["kubectl", ["1.34.0", "1.35.4", "1.36.3"], ["1.32.4", "1.37.0"]],
  ["helm", ["3.18.0", "3.30.1"], ["3.17.9", "4.0.0", "2.18.0"]],
];

for (const [program, fitting, others] of FIT) {
  test(`${program} ${FACTS[program].wanted} fits`, () => {
    assert.ok(FACTS[program].fits(readVersion(VERSIONS[FACTS[program].bundle])!));
    for (const version of fitting) assert.ok(FACTS[program].fits(readVersion(version)!), version);
    for (const version of others) assert.ok(!FACTS[program].fits(readVersion(version)!), version);
  });
}

test("every program belongs to a bundle", () => {
  assert.deepEqual(BUNDLES.flatMap(programsOf).sort(), [...PROGRAMS, ...OPTIONAL_PROGRAMS].sort());
});

test("the cache lies in the user's cache folder", () => {
  const at = (environment: Record<string, string>, platform: NodeJS.Platform) => cacheFolder(environment, platform);
  assert.equal(at({ HOME: "/h" }, "linux"), "/h/.cache/multisite/toolchain");
  assert.equal(at({ HOME: "/h" }, "darwin"), "/h/Library/Caches/multisite/toolchain");
  assert.equal(at({ HOME: "/h", XDG_CACHE_HOME: "/x" }, "linux"), "/x/multisite/toolchain");
  assert.equal(at({ HOME: "/h", XDG_CACHE_HOME: "/x" }, "darwin"), "/x/multisite/toolchain");
  assert.equal(at({ HOME: "/h", XDG_CACHE_HOME: "relative" }, "linux"), "/h/.cache/multisite/toolchain");
});
