import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isAlive } from "../../../rehearsal/clusters/toolchain/lock";
import { givenPrograms } from "../../../rehearsal/clusters/toolchain/places";
import { UserError } from "../../../rehearsal/userError";
import { shellProgram, temporaryFolder, until } from "../../support/folders";

const says = (version: string) => `echo v${version}`;

test("a folder that MULTISITE_ASSETS names comes before that of KUBEBUILDER_ASSETS, and that before the PATH", async (t) => {
  const folder = temporaryFolder(t);
  const put = (place: string, program: string) => shellProgram(join(folder, place, program), says("1.35.1"));
  put("path", "kube-apiserver");
  put("path", "kube-scheduler");
  put("path", "kube-controller-manager");
  put("theirs", "kube-apiserver");
  put("theirs", "kube-scheduler");
  put("ours", "kube-apiserver");
  const environment = {
    MULTISITE_ASSETS: join(folder, "ours"),
    KUBEBUILDER_ASSETS: join(folder, "theirs"),
    PATH: `relative:${join(folder, "none")}:${join(folder, "path")}`,
  };
  const found = await givenPrograms(["kube-apiserver", "kube-scheduler", "kube-controller-manager", "kwok"], {
    environment,
  });
  assert.deepEqual(Object.fromEntries([...found].sort()), {
    "kube-apiserver": { path: join(folder, "ours", "kube-apiserver"), version: "1.35.1", from: "assets" },
    "kube-controller-manager": {
      path: join(folder, "path", "kube-controller-manager"),
      version: "1.35.1",
      from: "path",
    },
    "kube-scheduler": { path: join(folder, "theirs", "kube-scheduler"), version: "1.35.1", from: "assets" },
  });
});

test("versions that do not fit are passed over and noted, and the next place is looked at", async (t) => {
  const folder = temporaryFolder(t);
  const old = shellProgram(join(folder, "old", "etcd"), says("3.5.9"));
  const broken = shellProgram(join(folder, "broken", "etcd"), "exit 3");
  const silent = shellProgram(join(folder, "silent", "etcd"), "echo hello");
  const plain = shellProgram(join(folder, "plain", "etcd"), says("3.6.1"));
  chmodSync(plain, 0o644);
  const good = shellProgram(join(folder, "good", "etcd"), `${says("3.6.2")} >&2`);
  const PATH = ["broken", "silent", "plain", "good"].map((name) => join(folder, name)).join(":");
  const notes: string[] = [];
  const found = await givenPrograms(["etcd"], {
    environment: { KUBEBUILDER_ASSETS: join(folder, "old"), PATH },
    note: (text) => notes.push(text),
  });
  assert.deepEqual(found.get("etcd"), { path: good, version: "3.6.2", from: "path" });
  assert.deepEqual(notes, [
    `${old} is 3.5.9; etcd 3.6 is needed`,
    `${broken} does not say its version; etcd 3.6 is needed`,
    `${silent} does not say its version; etcd 3.6 is needed`,
  ]);
});

test("a program in MULTISITE_ASSETS that does not fit is an error, since someone put it there", async (t) => {
  const folder = temporaryFolder(t);
  const path = shellProgram(join(folder, "kwok"), says("0.6.1"));
  await assert.rejects(givenPrograms(["kwok"], { environment: { MULTISITE_ASSETS: folder } }), (error) => {
    assert.ok(error instanceof UserError);
    assert.ok(error.message.startsWith(`${path} is 0.6.1; kwok 0.8 is needed.`), error.message);
    return true;
  });
});

test("a folder in MULTISITE_ASSETS that is not there is an error", async (t) => {
  const folder = join(temporaryFolder(t), "none");
  await assert.rejects(givenPrograms(["kwok"], { environment: { MULTISITE_ASSETS: folder } }), {
    name: "UserError",
    message: `MULTISITE_ASSETS is ${folder}, which is no folder: name one that holds the programs, or unset it.`,
  });
});

test("what cannot be run in MULTISITE_ASSETS is an error as well, with all others of that folder", async (t) => {
  const folder = temporaryFolder(t);
  chmodSync(shellProgram(join(folder, "etcd"), says("3.6.1")), 0o644);
  mkdirSync(join(folder, "kwok"));
  symlinkSync("helm", join(folder, "helm"));
  shellProgram(join(folder, "kubectl"), says("1.20.0"));
  await assert.rejects(
    givenPrograms(["etcd", "kwok", "helm", "kubectl", "kube-apiserver"], { environment: { MULTISITE_ASSETS: folder } }),
    (error) => {
      assert.ok(error instanceof UserError);
      const lines = error.message.split("\n");
      for (const [index, program] of ["etcd", "kwok", "helm"].entries())
        assert.ok(lines[index]?.startsWith(`${join(folder, program)} is no file that can be run.`), error.message);
      assert.match(lines[3] ?? "", /kubectl is 1\.20\.0; /);
      assert.equal(lines.length, 4);
      return true;
    },
  );
});

test("a program that does not come to say its version ends with all that it has started", async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, "child");
  shellProgram(join(folder, "etcd"), `/bin/sleep 60 & echo $! > ${file}; wait`);
  const notes: string[] = [];
  const environment = { KUBEBUILDER_ASSETS: folder };
  const found = await givenPrograms(["etcd"], { environment, patience: 1500, note: (text) => notes.push(text) });
  assert.deepEqual([found.size, notes.length], [0, 1]);
  await until(() => !isAlive(Number(readFileSync(file, "utf8"))));
});
