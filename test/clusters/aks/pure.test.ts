import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { authorityOf } from "../../../lib/clusters/aks/credentials";
import { poolName } from "../../../lib/clusters/aks/poolName";
import { trustedLaunch } from "../../../lib/clusters/aks/trustedLaunch";
import type { PoolPlan } from "../../../lib/plan/plan";

test("names of pools are what Azure takes, whatever the pool, and the same in every run", () => {
  const pools = fc.record({
    name: fc.stringMatching(/^[a-z][a-z0-9]{0,11}$/),
    machineType: fc.constantFrom("Standard_D4s_v5", "Standard_E8ds_v5", "Standard_NC24ads_A100_v4"),
    zones: fc.shuffledSubarray(["1", "2", "3"], { minLength: 1 }),
    maximumPods: fc.integer({ min: 10, max: 250 }),
    diskGiB: fc.integer({ min: 20, max: 16384 }),
    spot: fc.boolean(),
  });
  fc.assert(
    fc.property(pools, (pool) => {
      const name = poolName(pool as unknown as PoolPlan);
      assert.match(name, /^[a-z][a-z0-9]{0,11}$/);
      assert.ok(name.startsWith(pool.name.slice(0, 8)));
      const same = { ...pool, zones: [...pool.zones].reverse(), machineType: pool.machineType.toUpperCase() };
      assert.equal(
        poolName(same as unknown as PoolPlan),
        name,
        "the order of zones and the case of sizes mean nothing",
      );
    }),
  );
});

test("a name stays as it was: another would make every pool anew", () => {
  const pool = {
    name: "apps",
    machineType: "Standard_D4s_v5",
    zones: ["1", "2", "3"],
    maximumPods: 110,
    diskGiB: 100,
    spot: false,
  };
  assert.equal(poolName(pool as unknown as PoolPlan), "apps2iq3");
});

test("Trusted Launch by size", () => {
  const rows = [
    ["Standard_D4s_v5", true],
    ["Standard_D4as_v5", true],
    ["standard_e16ds_v5", true],
    ["Standard_E4-2s_v5", true],
    ["Standard_F8s_v2", true],
    ["Standard_L8s_v3", true],
    ["Standard_B4als_v2", true],
    ["Standard_D4s_v6", true],
    // Arm64, generation 1, confidential, GPU, and what the rule does not know.
    ["Standard_D4ps_v5", false],
    ["Standard_D4_v3", false],
    ["Standard_A4_v2", false],
    ["Standard_DC4as_v5", false],
    ["Standard_EC4as_v5", false],
    ["Standard_NC24ads_A100_v4", false],
    ["Standard_DS2_v2", false],
    ["Standard_B2ms", false],
  ] as const;
  for (const [size, supported] of rows) assert.equal(trustedLaunch(size), supported, size);
});

test("the authority is read from AKS's kubeconfig, in either of YAML's spellings; none is an error", () => {
  const encode = (text: string) => Buffer.from(text, "utf8").toString("base64");
  const yaml = "apiVersion: v1\nclusters:\n- name: x\n  cluster:\n    certificate-authority-data: Y2E=\n";
  assert.equal(authorityOf(encode(yaml)), "Y2E=");
  assert.equal(authorityOf(encode('{"clusters":[{"cluster":{"certificate-authority-data":"Y2E="}}]}')), "Y2E=");
  for (const none of ["", "clusters: []", "clusters: [{ cluster: { server: https://x } }]"]) {
    assert.throws(() => authorityOf(encode(none)), /without a certificate authority/);
  }
});
