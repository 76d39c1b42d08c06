import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { catalogue, type Machine, machine, nearestMachine, type Provider } from "../../lib/plan/machines";
import { listedMachines } from "../../lib/plan/machines/table";

const PROVIDERS: readonly Provider[] = ["aws", "gcp", "azure"];

test("no table is read before a machine is asked for", () => {
  const program = `
    const { machine } = require("./lib/plan/machines");
    const tables = () => Object.keys(require.cache).filter((file) => /machines.(aws|gcp|azure).json$/.test(file)).length;
    const before = tables();
    machine("aws", "m6i.large");
    console.log(before, tables());`;
  const typescript = require.resolve("../support/typescript.cjs");
  const cwd = resolve(__dirname, "../..");
  const run = spawnSync(process.execPath, ["--require", typescript, "-e", program], { cwd, encoding: "utf8" });
  assert.equal(run.stdout, "0 1\n", run.stderr);
});

/** The providers' own instance pages: type, vCPUs, memory in GiB, architecture. */
const DOCUMENTED: readonly [Provider, string, number, number, Machine["architecture"]][] = [
  ["aws", "m6i.large", 2, 8, "amd64"],
  ["aws", "m7g.xlarge", 4, 16, "arm64"],
  ["aws", "c6i.xlarge", 4, 8, "amd64"],
  ["aws", "r8g.16xlarge", 64, 512, "arm64"],
  ["aws", "m7i-flex.2xlarge", 8, 32, "amd64"],
  ["gcp", "e2-standard-4", 4, 16, "amd64"],
  ["gcp", "n2-highmem-8", 8, 64, "amd64"],
  ["gcp", "n2d-standard-16", 16, 64, "amd64"],
  ["gcp", "c3-standard-22", 22, 88, "amd64"],
  ["gcp", "c4-standard-8", 8, 30, "amd64"],
  ["gcp", "t2a-standard-4", 4, 16, "arm64"],
  ["gcp", "c4a-highmem-8", 8, 64, "arm64"],
  ["gcp", "a2-highgpu-1g", 12, 85, "amd64"],
  ["azure", "Standard_D4s_v5", 4, 16, "amd64"],
  ["azure", "Standard_E16as_v5", 16, 128, "amd64"],
  ["azure", "Standard_F8s_v2", 8, 16, "amd64"],
  ["azure", "Standard_D8pls_v5", 8, 16, "arm64"],
  ["azure", "Standard_E32-16ads_v5", 16, 256, "amd64"],
  ["azure", "Standard_NC24ads_A100_v4", 24, 220, "amd64"],
];

test("machines are as their providers document them", () => {
  for (const [provider, type, vcpus, memoryGiB, architecture] of DOCUMENTED) {
    const found = machine(provider, type);
    assert.deepEqual(
      [found?.type, found?.vcpus, (found?.memoryMiB ?? 0) / 1024, found?.architecture, found?.basis],
      [type, vcpus, memoryGiB, architecture, "table"],
    );
  }
});

test("accelerators carry the names of their device plugins, and a part of a GPU is none", () => {
  const extended = (provider: Provider, type: string) => machine(provider, type)?.extended;
  assert.deepEqual(extended("aws", "p5.48xlarge"), { "nvidia.com/gpu": 8 });
  assert.deepEqual(extended("aws", "inf2.48xlarge"), { "aws.amazon.com/neuron": 12 });
  assert.deepEqual(extended("aws", "g6f.large"), {});
  assert.deepEqual(extended("gcp", "g2-standard-24"), { "nvidia.com/gpu": 2 });
  assert.deepEqual(extended("azure", "Standard_NV32as_v4"), { "amd.com/gpu": 1 });
  assert.deepEqual(extended("azure", "Standard_NV6ads_A10_v5"), {});
});

test("interfaces are those of the default network card", () => {
  assert.deepEqual(machine("aws", "m7i.4xlarge")?.eni, { interfaces: 8, ipv4PerInterface: 30 });
  assert.deepEqual(machine("aws", "p4d.24xlarge")?.eni, { interfaces: 15, ipv4PerInterface: 50 });
});

test("every listed machine is complete, and looked up under its own name", () => {
  for (const provider of PROVIDERS) {
    const machines = listedMachines(provider);
    for (const listed of machines.values()) {
      assert.equal(machine(provider, listed.type), listed);
      assert.ok(Number.isInteger(listed.vcpus) && listed.vcpus >= 1, listed.type);
      assert.ok(Number.isInteger(listed.memoryMiB) && listed.memoryMiB >= 128, listed.type);
      assert.ok(listed.baseline > 0 && listed.baseline <= 1, listed.type);
      assert.ok(
        Object.values(listed.extended).every((n) => Number.isInteger(n) && n > 0),
        listed.type,
      );
      if (provider === "aws") assert.ok((listed.eni?.ipv4PerInterface ?? 0) > 0, listed.type);
    }
  }
});

test("burstable machines are those that their providers call so", () => {
  const burstable = PROVIDERS.flatMap((provider) => [...listedMachines(provider).values()])
    .filter((one) => one.baseline < 1)
    .map((one) => one.type);
  assert.ok(burstable.every((type) => /^(t[234]|e2-(micro|small|medium)$|f1-|g1-|Standard_B)/.test(type)));
  assert.equal(machine("aws", "t3.medium")?.baseline, 0.2);
  assert.equal(machine("gcp", "e2-medium")?.baseline, 0.5);
  assert.equal(machine("azure", "Standard_B4ms")?.baseline, 0.225);
});

test("Azure's names are taken in either case, and given in Azure's", () => {
  assert.equal(machine("azure", "standard_d4S_V5")?.type, "Standard_D4s_v5");
  assert.equal(machine("azure", "standard_d4DS_V6")?.type, "Standard_D4ds_v6");
});

test("custom types of Google are read by Google's rule", () => {
  const size = (type: string) => {
    const found = machine("gcp", type);
    return found && [found.vcpus, found.memoryMiB, found.basis];
  };
  assert.deepEqual(size("n2-custom-8-32768"), [8, 32768, "rule"]);
  assert.deepEqual(size("custom-2-5120"), [2, 5120, "rule"]);
  assert.deepEqual(size("n2d-custom-4-131072-ext"), [4, 131072, "rule"]);
  const refused = [
    "n2-custom-7-32768",
    "n2-custom-8-32700",
    "n2-custom-4-131072",
    "n2-custom-130-262144",
    "c3-custom-4-8192",
  ];
  for (const type of [...refused, "n2-custom-0-1024", "n2-custom-8", "custom-2-5120-etc"]) {
    assert.equal(size(type), undefined, type);
  }
});

/** Sizes that the table lacks, with the memory in GiB that their pages give: a rule may say less, never more. */
const BY_RULE: readonly [Provider, string, number, number][] = [
  ["gcp", "c4d-standard-2", 2, 7],
  ["gcp", "c4d-standard-8", 8, 31],
  ["gcp", "c4d-highmem-8", 8, 63],
  ["gcp", "n4d-standard-4", 4, 16],
  ["gcp", "n4a-standard-8", 8, 32],
  ["azure", "Standard_D4s_v6", 4, 16],
  ["azure", "Standard_D4lds_v6", 4, 8],
  ["azure", "Standard_D64ps_v6", 64, 256],
  ["azure", "Standard_E8ds_v6", 8, 64],
  ["azure", "Standard_E96s_v6", 96, 768],
  ["azure", "Standard_E128s_v6", 128, 1024],
  ["azure", "Standard_D192ds_v6", 192, 768],
  ["azure", "Standard_D128nls_v6", 128, 256],
  ["azure", "Standard_D160as_v7", 160, 640],
  ["azure", "Standard_L16s_v4", 16, 128],
  ["azure", "Standard_DC8as_v6", 8, 32],
  ["azure", "Standard_F4as_v7", 4, 16],
  ["azure", "Standard_E32-8s_v5", 8, 256],
  ["azure", "Standard_E8-4ds_v6", 4, 64],
  ["gcp", "c4-standard-24", 24, 90],
  ["gcp", "c4-standard-288-lssd", 288, 1080],
  ["gcp", "c4-highmem-144", 144, 1116],
];

test("a name that only a rule knows never has more memory than its page says", () => {
  for (const [provider, type, vcpus, memoryGiB] of BY_RULE) {
    const found = machine(provider, type);
    assert.equal(found?.basis, "rule", type);
    assert.equal(found?.vcpus, vcpus, type);
    const memory = (found?.memoryMiB ?? 0) / 1024;
    assert.ok(memory <= memoryGiB && memory >= memoryGiB * 0.75, `${type}: ${memory} of ${memoryGiB}`);
  }
  assert.equal(machine("gcp", "n4a-standard-8")?.architecture, "arm64");
  assert.equal(machine("azure", "Standard_D64ps_v6")?.architecture, "arm64");
});

test("slips of the pen stay unknown and have a suggestion", () => {
  const slips: readonly [Provider, string, string | undefined][] = [
    ["aws", "m6i.xlrage", "m6i.xlarge"],
    ["gcp", "n2-standart-8", "n2-standard-8"],
    ["azure", "Standard_D4s_v55", "Standard_D4s_v5"],
    ["aws", "potato", undefined],
  ];
  for (const [provider, type, near] of slips) {
    assert.equal(machine(provider, type), undefined, type);
    assert.equal(nearestMachine(provider, type), near, type);
  }
  for (const type of [
    "Standard_D3s_v6",
    "Standard_D4s_v4x",
    "Standard_E8-3s_v5",
    "Standard_D4s_v8",
    "Standard_D9s_v6",
    "Standard_Das_v6",
    "",
  ])
    assert.equal(machine("azure", type), undefined);
  for (const type of ["e2-standard-3", "c4-standard-25", "c4d-standard-7", "c4d-turbo-8"])
    assert.equal(machine("gcp", type), undefined);
});

test("no text makes the catalogue throw or find what is not there", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...PROVIDERS),
      fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor")),
      (p, text) => {
        const found = machine(p, text);
        if (found) assert.equal(found.type.toLowerCase(), text.toLowerCase());
        nearestMachine(p, text);
      },
    ),
  );
});

test("each catalogue says what it is made of", () => {
  for (const provider of PROVIDERS) {
    const facts = catalogue(provider);
    assert.ok(facts.count > 300, provider);
    assert.match(facts.date, /^\d{4}-\d{2}-\d{2}$/);
    assert.ok(facts.sources.every((source) => /^[a-z-]+@\d+\.\d+\.\d+ \(PyPI\)$/.test(source)));
  }
});
