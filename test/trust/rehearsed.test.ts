import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { fingerprintOf } from "../../lib/plan/trust/bundle";
import type { ResourceState } from "../../rehearsal/engine";
import type { Report } from "../../rehearsal/report/report";
import { Canaries, keysIn } from "../support/canaries";
import { reportedHere } from "../support/commandLine";
import { temporaryFolder } from "../support/folders";
import type { Ended } from "../support/multisite";
import { leaf, root } from "./certificates";
import { CLIENT, connection, type Given, givenTo, isFor, openedState, SERVER } from "./given";
import { byOpenssl, runs } from "./verifiers";

const folder = mkdtempSync(join(tmpdir(), "multisite-trust-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const STATES = { trust: join(folder, "trust.json"), sites: join(folder, "sites.json") };

function rehearse(stack: "trust" | "sites", ...more: string[]): Promise<Ended & { report: Report }> {
  const reference = stack === "sites" ? ["--reference", `acme/shared-trust/trust=${STATES.trust}`] : [];
  const args = ["--stack", stack, "--state", STATES[stack], ...reference, ...more];
  return reportedHere(["rehearse", "examples/shared-trust", ...args]);
}

function opened(stack: "trust" | "sites"): ResourceState[] {
  return openedState(JSON.parse(readFileSync(STATES[stack], "utf8")));
}

let first: Awaited<ReturnType<typeof rehearse>>[] = [];
let states: { trust: ResourceState[]; sites: ResourceState[] };
let given: Given[] = [];
before(async () => {
  const pack = ["--policy-pack", "dist/policy"];
  const trust = await rehearse("trust", ...pack);
  first = [trust, await rehearse("sites", ...pack)];
  states = { trust: opened("trust"), sites: opened("sites") };
  given = givenTo(states.sites);
});

test("a trust stack and the sites' stack that reads it are built, and no rule is violated", () => {
  for (const { exit, stderr, report } of first) {
    assert.equal(exit, 0, stderr);
    assert.deepEqual(
      report.violations.filter(({ level }) => level === "mandatory"),
      [],
    );
  }
  assert.equal(first[1]?.report.capacity.verdict, "holds");
  const keys = states.sites.filter(({ type }) => type.startsWith("tls:"));
  assert.deepEqual(keys, [], "no key is made where the sites are");
});

test("a second run of the sites changes nothing", async () => {
  const { exit, report, stderr } = await rehearse("sites");
  assert.equal(exit, 0, stderr);
  const { create, update, replace, delete: gone, same } = report.changes;
  assert.deepEqual([create, update, replace, gone], [[], [], [], []]);
  assert.equal(same.length, report.resources.length);
});

test("no key is in what was said, reported or written down, and the search for them finds one that is", () => {
  const canaries = new Canaries();
  const keys = [...states.trust, ...states.sites].flatMap((state) => keysIn([state.inputs, state.outputs]));
  for (const key of keys) canaries.add(key.slice(0, 120), key);
  assert.ok(canaries.size >= 1 + 3 * 7, `${canaries.size} keys: a root's, and seven of each site`);
  const texts = [...first.flatMap(({ stdout, stderr }) => [stdout, stderr]), ...Object.values(STATES).map(read)];
  for (const one of texts) assert.deepEqual(canaries.in(one), []);
  for (const stack of ["trust", "sites"] as const) {
    const leak = canaries.in(JSON.stringify(states[stack]));
    assert.ok(leak.length >= 3 * 7, `${leak.length} keys of ${stack} in clear`);
  }
});

function read(file: string): string {
  return readFileSync(file, "utf8");
}

test("every certificate of the trust stack but the root is in a site, with its own key", () => {
  const signed = states.trust.filter(({ type }) => type === "tls:index/locallySignedCert:LocallySignedCert");
  const made = signed.map(({ outputs }) => fingerprintOf(new X509Certificate(String(outputs.certPem))));
  assert.deepEqual(given.map(({ x509 }) => fingerprintOf(x509)).sort(), made.sort());
  assert.equal(given.length, 3 * 7);
  for (const { x509, key } of given) assert.ok(x509.checkPrivateKey(key));
});

test("Node's TLS takes every leaf, as a server or a client of mutual TLS with each other site", async () => {
  const leaves = given.filter(({ x509 }) => !x509.ca);
  const [servers, clients] = [SERVER, CLIENT].map((use) => leaves.filter((one) => isFor(use!, one))) as [
    Given[],
    Given[],
  ];
  assert.deepEqual(new Set([...servers, ...clients]), new Set(leaves));
  const elsewhere = (all: Given[], { site }: Given) =>
    [...new Set(all.map((one) => one.site))].flatMap((other) =>
      other === site ? [] : [all.find((one) => one.site === other)!],
    );
  for (const server of servers)
    for (const client of elsewhere(clients, server))
      assert.equal(await connection(server, client), undefined, `${server.site} ${server.name}`);
  for (const client of clients)
    for (const server of elsewhere(servers, client))
      assert.equal(await connection(server, client), undefined, `${client.site} ${client.name}`);
  const [server, client] = [servers[0]!, clients.find(({ site }) => site !== servers[0]!.site)!];
  const foreign = root("shop.example.com root g1");
  assert.ok(await connection({ ...server, roots: foreign.certPem }, client), "a client of a foreign root");
  assert.ok(await connection(server, { ...client, roots: foreign.certPem }), "a server of a foreign root");
  const onlyServer = servers.find((one) => !isFor(CLIENT, one))!;
  assert.ok(await connection(client.site === server.site ? client : server, onlyServer), "a server as a client");
});

test("what an intermediate of a site signs is taken in every other site", async (t) => {
  const signers = given.filter(({ x509 }) => x509.ca);
  assert.equal(signers.length, 3);
  const pods = signers.map((by) => {
    const made = leaf(by, "api", { dnsNames: [`api.${by.site}`] }, true);
    return { ...by, ...made, x509: new X509Certificate(made.certPem) };
  });
  for (const server of pods)
    for (const client of pods) {
      if (client !== server) assert.equal(await connection(server, client), undefined);
    }
  if (skipsOpenssl(t)) return;
  for (const pod of pods)
    for (const { roots } of pods) assert.equal(await byOpenssl(temporaryFolder(t), roots, pod), undefined);
});

function skipsOpenssl(t: TestContext): boolean {
  if (runs("openssl", "version")) return false;
  t.diagnostic("no openssl here");
  return true;
}

test("OpenSSL verifies every chain by the roots of every site, for what it is used for, and by no foreign root", async (t) => {
  if (skipsOpenssl(t)) return;
  const bundles = [...new Set(given.map(({ roots }) => roots))];
  assert.equal(bundles.length, 1, "all sites trust the same");
  const foreign = root("shop.example.com root g1").certPem;
  for (const one of given) {
    const purposes = [isFor(SERVER, one) ? "sslserver" : "", isFor(CLIENT, one) ? "sslclient" : ""].filter(Boolean);
    for (const purpose of purposes.length > 0 ? purposes : ["any"]) {
      const more = ["-x509_strict", "-purpose", purpose];
      assert.equal(await byOpenssl(folder, bundles[0]!, one, more), undefined, `${one.site} ${one.name} ${purpose}`);
    }
    assert.notEqual(await byOpenssl(folder, foreign, one), undefined);
  }
});
