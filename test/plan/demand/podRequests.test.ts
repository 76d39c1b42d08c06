import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Field } from "../../../lib/plan/demand/fields";
import { type PodRequests, podRequests } from "../../../lib/plan/demand/podRequests";
import { Surroundings } from "../../../lib/plan/demand/surroundings";

interface Row {
  readonly spec: unknown;
  readonly limitRanges: readonly unknown[];
  readonly requests: Readonly<Record<string, string>>;
}

const IN_DEFAULT = { cluster: "", group: "", kind: "LimitRange", namespace: "default", name: "limits" };

function fail(path: readonly (string | number)[], message: string): never {
  throw new Error(`${path.join(".")} ${message}`);
}

function requestsOf(spec: unknown, limitRanges: readonly unknown[] = []): PodRequests {
  const surroundings = new Surroundings();
  for (const limits of limitRanges) surroundings.takeIn(IN_DEFAULT, new Field(limits, [], fail));
  const field = new Field(spec, [], fail);
  return podRequests(
    field,
    surroundings.defaults(IN_DEFAULT, field, () => {}),
  );
}

function amounts({ requests }: PodRequests): Record<string, string> {
  return Object.fromEntries([...requests].filter(([, nano]) => nano > 0n).map(([name, nano]) => [name, String(nano)]));
}

function asking(requests: Record<string, string>, limits: Record<string, string> = {}) {
  return { name: "c", resources: { requests, limits } };
}

describe("podRequests", () => {
  const rows = readFileSync(join(__dirname, "fixtures/pod-requests.ndjson"), "utf8").trimEnd().split("\n");
  for (const [index, line] of rows.entries()) {
    it(`asks for what Kubernetes' own code makes of pod ${index + 1}`, () => {
      const { spec, limitRanges, requests }: Row = JSON.parse(line);
      assert.deepEqual(amounts(requestsOf(spec, limitRanges)), requests);
    });
  }

  const millis = fc.integer({ min: 0, max: 4000 });
  const pod = (containers: readonly number[], initContainers: readonly (readonly [number, boolean])[] = []) => ({
    containers: containers.map((cpu, index) => ({ name: `c${index}`, resources: { requests: { cpu: `${cpu}m` } } })),
    initContainers: initContainers.map(([cpu, sidecar], index) => ({
      name: `i${index}`,
      ...(sidecar ? { restartPolicy: "Always" } : {}),
      resources: { limits: { cpu: `${cpu}m` } },
    })),
  });
  const cpu = (spec: unknown) => Number(requestsOf(spec).requests.get("cpu") ?? 0n) / 1e6;

  it("never asks for less than the containers together, nor than any init container", () => {
    fc.assert(
      fc.property(
        fc.array(millis, { minLength: 1, maxLength: 4 }),
        fc.array(fc.tuple(millis, fc.boolean()), { maxLength: 4 }),
        (containers, inits) => {
          const sidecars = inits.filter(([, sidecar]) => sidecar).reduce((sum, [it]) => sum + it, 0);
          const least = containers.reduce((sum, it) => sum + it, sidecars);
          const asked = cpu(pod(containers, inits));
          assert.ok(asked >= least);
          assert.ok(asked >= Math.max(0, ...inits.map(([it]) => it)));
          assert.ok(asked <= least + Math.max(0, ...inits.map(([it]) => it)));
        },
      ),
    );
  });

  it("counts a sidecar for the init containers after it, and not for those before", () => {
    assert.equal(
      cpu(
        pod(
          [100],
          [
            [200, true],
            [900, false],
          ],
        ),
      ),
      1100,
    );
    assert.equal(
      cpu(
        pod(
          [100],
          [
            [900, false],
            [200, true],
          ],
        ),
      ),
      900,
    );
  });

  it("names containers that lack CPU or memory, sidecars and init containers too, zero being none", () => {
    const spec = {
      initContainers: [{ name: "init", resources: { requests: { cpu: "1", memory: "0" } } }],
      containers: [{ name: "none" }, { name: "full", resources: { limits: { cpu: 1, memory: "1Gi" } } }],
    };
    assert.deepEqual(requestsOf(spec).withoutRequests, [
      { container: "init", missing: ["memory"] },
      { container: "none", missing: ["cpu", "memory"] },
    ]);
  });

  const MIB = 2n ** 20n * 1_000_000_000n;
  const scored: readonly [string, object, { cpu: bigint; memory: bigint }][] = [
    ["what it asks for", { containers: [asking({ cpu: "1", memory: "1Gi" })] }, { cpu: 1000n, memory: 1024n }],
    ["a little for each that asks for none", { containers: [asking({}), asking({})] }, { cpu: 200n, memory: 400n }],
    [
      "nothing where zero is written",
      { containers: [asking({ cpu: "0", memory: "0" }), asking({ cpu: "1" })] },
      { cpu: 1000n, memory: 200n },
    ],
    [
      "the largest init container",
      { initContainers: [asking({})], containers: [asking({ cpu: "50m", memory: "1Gi" })] },
      { cpu: 100n, memory: 1024n },
    ],
    [
      "what the whole pod asks for, and its overhead",
      { resources: { requests: { cpu: "2" } }, containers: [asking({})], overhead: { memory: "10Mi" } },
      { cpu: 2000n, memory: 210n },
    ],
    ["limits for requests", { containers: [asking({}, { cpu: "1" })] }, { cpu: 1000n, memory: 200n }],
  ];
  for (const [what, spec, { cpu, memory }] of scored) {
    it(`counts where nodes are compared as ${what}`, () => {
      const of = requestsOf(spec).scored;
      assert.deepEqual(
        of,
        new Map([
          ["cpu", cpu * 1_000_000n],
          ["memory", memory * MIB],
        ]),
      );
    });
  }

  it("holds a pod's own requests for those of its containers", () => {
    const spec = { resources: { requests: { cpu: "2", memory: "1Gi" } }, containers: [{ name: "none" }] };
    assert.deepEqual(requestsOf(spec).withoutRequests, []);
  });
});
