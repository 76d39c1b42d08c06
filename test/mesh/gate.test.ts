import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import type { FleetSpec, SiteSpec } from "../../lib";
import type { LeafPair } from "../../lib/mesh/credentials";
import { gateJob } from "../../lib/mesh/gate/objects";
import { fleetPlan } from "../../lib/plan/fleetPlan";
import { siteGates } from "../../lib/plan/mesh/siteGates";
import { recordFleet } from "../support/clouds";
import { follows } from "../support/graph";
import { eksSite, existingSite, fleetSpec } from "../support/specs";

const IMAGE = "quay.io/cilium/cilium:v1.19.5";
const site = (name: string, number: number, change: Partial<SiteSpec> = {}): SiteSpec => ({
  ...eksSite(name, number, { region: ["eu-central-1", "eu-west-1", "eu-north-1", "eu-west-3"][number - 1]! }),
  ...(change as object),
});

function gates(sites: SiteSpec[], change: Partial<FleetSpec>): Record<string, readonly string[]> {
  const plan = fleetPlan(fleetSpec(sites, { degradedUntil: "2027-12-24", ...change }));
  return Object.fromEntries(siteGates(plan).map(({ site: name, peers }) => [name, peers]));
}

test("sites wait for each other where the links are made as well, and elsewhere when they are asked to", () => {
  const sites = [site("frankfurt", 1), site("dublin", 2), site("stockholm", 3)];
  const all = {
    frankfurt: ["dublin", "stockholm"],
    dublin: ["frankfurt", "stockholm"],
    stockholm: ["dublin", "frankfurt"],
  };
  assert.deepEqual(gates(sites, { mesh: {}, underlay: {} }), all);
  assert.deepEqual(gates(sites, { mesh: {} }), {});
  assert.deepEqual(gates(sites, { mesh: { gate: "built" } }), all);
  assert.deepEqual(gates(sites, { mesh: { gate: "none" }, underlay: {} }), {});
  assert.deepEqual(gates(sites, { mesh: { implementation: "none" }, underlay: {} }), {});
  assert.deepEqual(gates(sites, { underlay: {} }), {});
});

test("nobody waits for a site that is lost, leaves or is drained, and only when asked for one that exists", () => {
  const sites = [site("frankfurt", 1), site("dublin", 2)];
  const of = (state: SiteSpec["state"]) =>
    gates([...sites, site("stockholm", 3, { ...(state && { state }) })], { mesh: { gate: "built" } });
  const two = { frankfurt: ["dublin"], dublin: ["frankfurt"] };
  assert.deepEqual(of("lost"), two);
  assert.deepEqual(of("leaving"), two);
  assert.deepEqual(of("drained"), { ...two, stockholm: ["dublin", "frankfurt"] });
  assert.deepEqual(of("joining").stockholm, ["dublin", "frankfurt"]);
  const basel = existingSite("basel", 4, { endpoints: { mesh: ["192.168.16.9"] } });
  assert.deepEqual(gates([...sites, basel], { mesh: { gate: "built", mtuBytes: 1370 } }), two);
  assert.deepEqual(gates([...sites, basel], { mesh: { gate: "all", mtuBytes: 1370 } }).basel, ["dublin", "frankfurt"]);
});

test("a site with no peer to wait for has no Job, so that the first site of a fleet is not held up", () => {
  const basel = existingSite("basel", 4, { endpoints: { mesh: ["192.168.16.9"] } });
  assert.deepEqual(gates([site("frankfurt", 1), basel], { mesh: { gate: "built", mtuBytes: 1370 } }), {});
});

test("a Fleet makes the Jobs after every site and every link, with no account of the API server's", async () => {
  const spec = fleetSpec([site("frankfurt", 1), site("dublin", 2)], { mesh: {}, underlay: {} });
  const pair: LeafPair = { certificate: "certificate", key: "key" };
  const credentials = { server: pair, admin: pair, remote: pair, local: pair, roots: "roots" };
  const graph = await recordFleet(spec, {}, { meshCredentials: { frankfurt: credentials, dublin: credentials } });
  const jobs = graph.all("kubernetes:batch/v1:Job");
  assert.deepEqual(jobs.map(({ name }) => name).sort(), ["dublin-mesh-ready", "frankfurt-mesh-ready"]);
  const links = graph.all("aws:ec2/vpcPeeringConnection:VpcPeeringConnection");
  assert.ok(links.length > 0);
  for (const job of jobs) {
    const before = [...graph.all("kubernetes:helm.sh/v3:Release"), ...links];
    for (const one of before) assert.ok(follows(graph, job, one), `${job.name} comes after ${one.name}`);
  }
  const { template } = gateJob({ site: "a", peers: ["b"], image: IMAGE }).spec;
  assert.equal(template.spec.automountServiceAccountToken, false);
});

const hasTools = spawnSync("bash", ["-c", "command -v jq"]).status === 0;

test("its program ends well when every peer is followed, and else names who is not", {
  skip: !hasTools && "needs bash and jq",
}, () => {
  const dir = mkdtempSync(join(tmpdir(), "multisite-gate-"));
  const agent = join(dir, "cilium-dbg");
  const run = (status: string, peers: readonly string[], seconds: number) => {
    writeFileSync(agent, `#!/bin/sh\n${status}\n`);
    chmodSync(agent, 0o755);
    const [container] = gateJob({ site: "frankfurt", peers, image: IMAGE }).spec.template.spec.containers;
    const [command, ...args] = container!.command;
    const env = {
      PATH: `${dir}${delimiter}${process.env.PATH}`,
      PEERS: peers.join(" "),
      LIMIT_SECONDS: String(seconds),
    };
    const { status: exit, stdout } = spawnSync(command!, args, { env, encoding: "utf8" });
    return `${exit}: ${stdout.trim()}`;
  };
  const says = (clusters: object) => `echo '${JSON.stringify({ "cluster-mesh": { clusters } })}'`;
  const both = says([
    { name: "dublin", ready: true },
    { name: "paris", ready: true },
    { name: "mars", ready: false },
  ]);
  assert.equal(run(both, ["dublin", "paris"], 300), "0: every peer is followed: dublin paris");
  const one = says([{ name: "dublin", ready: true }, { name: "paris" }]);
  assert.match(run(one, ["dublin", "paris"], 1), /^1: not followed within 1 s: paris\. /);
  assert.match(run("echo '{}'", ["dublin"], 1), /^1: not followed within 1 s: dublin\. /);
  assert.match(run("exit 1", ["dublin"], 1), /^1: not followed within 1 s: all: the agent does not answer/);
  rmSync(dir, { recursive: true });
});
