import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { TrustSpec } from "../../../lib/plan";
import { commandLine } from "../../support/commandLine";
import { writeProgram } from "../../support/multisite";
import { existingSite } from "../../support/specs";
import { type Identity, root } from "../../trust/certificates";

/** Sites that exist and their trust in one program, whose rotation is a file, and so is the root that a team brings. */
const PROGRAM = `const { existsSync, readFileSync } = require("node:fs");
const { existing, Fleet } = require("pulumi-multisite");
const { builtTrust, suppliedSigner } = require("pulumi-multisite/trust");
const read = (name) => JSON.parse(readFileSync(__dirname + "/" + name, "utf8"));
const kubeconfig = (name) => JSON.stringify({ apiVersion: "v1", kind: "Config", "current-context": "site", users: [{ name: "site", user: {} }],
  clusters: [{ name: "site", cluster: { server: "https://" + name + ".example.com" } }],
  contexts: [{ name: "site", context: { cluster: "site", user: "site" } }] });
const { sites, trust } = read("spec.json");
const signers = existsSync(__dirname + "/root.json") ? { g1: suppliedSigner(read("root.json")) } : {};
const spec = { sites, demand: { cpu: 4, memoryGiB: 8, pods: 20 }, trust: { ...trust, rotation: read("trust.json") } };
new Fleet("sample", { kinds: [existing], spec, trust: builtTrust(signers),
  kubeconfigs: Object.fromEntries(sites.map(({ name }) => [name, kubeconfig(name)])) });
`;

/** The same trust in a stack of its own, whose first root is kept offline where there is one. */
const OF_ITS_OWN = `const { existsSync, readFileSync } = require("node:fs");
const { fleetPlan } = require("pulumi-multisite/plan");
const { offlineSigner, Trust } = require("pulumi-multisite/trust");
const read = (name) => JSON.parse(readFileSync(__dirname + "/" + name, "utf8"));
const { sites, trust } = read("spec.json");
const roots = existsSync(__dirname + "/root.json") ? read("root.json") : {};
const signers = Object.fromEntries(Object.keys(roots).map((name) => [name, offlineSigner({ root: roots[name], certificates: {} })]));
const spec = { sites, demand: { cpu: 4, memoryGiB: 8, pods: 20 }, trust: { ...trust, rotation: read("trust.json") } };
new Trust("sample", { plan: fleetPlan(spec).trust, signers });
`;

const [dir, own] = ["lives", "stack"].map((name) => mkdtempSync(join(tmpdir(), `multisite-trust-${name}-`))) as [
  string,
  string,
];
before(() => {
  writeProgram(dir, PROGRAM);
  writeProgram(own, OF_ITS_OWN);
});
after(() => {
  for (const folder of [dir, own]) rmSync(folder, { recursive: true, force: true });
});

const G1 = { name: "g1", state: "active" } as const;
const G2 = { name: "g2", state: "next" } as const;
const STEADY: TrustSpec["rotation"] = { revision: 0, generations: [G1] };

function write(name: string, data: object, folder = dir): void {
  writeFileSync(join(folder, name), JSON.stringify(data));
}

function rehearse(state: string, rotation: TrustSpec["rotation"], more: Partial<TrustSpec> = {}, folder = dir) {
  const site = (name: string, number: number) => {
    const cidrs = {
      nodes: [`192.168.${number}.0/24`],
      pods: [`172.2${number}.0.0/16`],
      services: [`192.168.10${number}.0/24`],
    };
    return existingSite(name, number, { cidrs });
  };
  write("trust.json", rotation!, folder);
  const trust = { trustDomain: "shop.example.com", signers: ["certManager"], ...more };
  write("spec.json", { sites: [site("frankfurt", 1), site("dublin", 2)], trust }, folder);
  return commandLine(["rehearse", folder, "--state", join(folder, state)]);
}

test("trust.json that skips a step is refused, and each step by itself is built", async () => {
  rmSync(join(dir, "root.json"), { force: true });
  const state = "edited.json";
  const first = await rehearse(state, STEADY);
  assert.equal(first.exit, 0, first.stderr);
  const built = readFileSync(join(dir, state), "utf8");
  const issued = { issuedByNext: ["dublin"], nextWasIssued: true };
  const skipped = await rehearse(state, { revision: 1, generations: [G1, G2], bundleSince: 1, ...issued });
  assert.equal(skipped.exit, 2);
  assert.match(
    skipped.stderr,
    /trust\.rotation\.generations has dublin issued from g2, which no site trusts yet, so that their links are lost/,
  );
  assert.doesNotMatch(skipped.stderr, /^\s+at .*:\d+:\d+\)?$/m);
  assert.equal(readFileSync(join(dir, state), "utf8"), built, "and nothing of it was built");
  const distributed = await rehearse(state, { revision: 1, generations: [G1, G2], bundleSince: 1 });
  assert.equal(distributed.exit, 0, distributed.stderr);
  const moved = await rehearse(state, { revision: 2, generations: [G1, G2], bundleSince: 1, ...issued });
  assert.equal(moved.exit, 0, moved.stderr);
});

test("another root under the name of the one by which sites are issued is refused, and the same one is not", async () => {
  const state = "supplied.json";
  const supplied = ({ certPem, keyPem }: Identity) => {
    write("root.json", { certificate: certPem, key: keyPem });
    return rehearse(state, STEADY, { roots: { g1: { keeper: "supplied" } } });
  };
  const [ours, other] = [root("ours"), root("ours")];
  const first = await supplied(ours);
  assert.equal(first.exit, 0, first.stderr);
  const built = readFileSync(join(dir, state), "utf8");
  const replaced = await supplied(other);
  assert.equal(replaced.exit, 2);
  assert.match(
    replaced.stderr,
    /trust\.roots\.g1 is another certificate than the one by which frankfurt, dublin are issued, .* by multisite trust rotate --to NAME\./,
  );
  assert.doesNotMatch(replaced.stderr, /PRIVATE KEY|^\s+at .*:\d+:\d+\)?$/m);
  assert.equal(readFileSync(join(dir, state), "utf8"), built, "and nothing of it was built");
  const same = await supplied(ours);
  assert.equal(same.exit, 0, same.stderr);
});

test("a trust in a stack of its own is judged like its fleet: that stack is run first", async () => {
  rmSync(join(own, "root.json"), { force: true });
  const state = "steps.json";
  const first = await rehearse(state, STEADY, {}, own);
  assert.equal(first.exit, 0, first.stderr);
  const built = readFileSync(join(own, state), "utf8");
  const issued = { issuedByNext: ["dublin"], nextWasIssued: true };
  const skipped = await rehearse(state, { revision: 1, generations: [G1, G2], bundleSince: 1, ...issued }, {}, own);
  assert.equal(skipped.exit, 2);
  assert.match(skipped.stderr, /has dublin issued from g2, which no site trusts yet/);
  const renamed = await rehearse(state, STEADY, { trustDomain: "other.example.com" }, own);
  assert.equal(renamed.exit, 2);
  assert.match(renamed.stderr, /trust\.trustDomain was "shop\.example\.com"/);
  assert.equal(readFileSync(join(own, state), "utf8"), built, "and nothing of it was built");
  const distributed = await rehearse(state, { revision: 1, generations: [G1, G2], bundleSince: 1 }, {}, own);
  assert.equal(distributed.exit, 0, distributed.stderr);
  const exchanged = { revision: 2, generations: [{ name: "g3", state: "active" as const }], bundleSince: 2 };
  const { stderr } = await rehearse(state, exchanged, {}, own);
  assert.match(
    stderr,
    /One update takes g1, g2 from all sites and gives them g3, with no time in which they trust both/,
  );
});

test("a root that is kept outside the state is known again by its certificate, and by its key", async () => {
  const state = "offline.json";
  const roots = { g1: { keeper: "offline" }, g2: { keeper: "offline" } } as const;
  const kept = (all: { readonly [name: string]: Identity }, rotation = STEADY) => {
    const certificates = Object.entries(all).map(([name, { certPem }]) => [name, certPem] as const);
    write("root.json", Object.fromEntries(certificates), own);
    const used = Object.fromEntries(Object.keys(all).map((name) => [name, roots[name as "g1"]]));
    return rehearse(state, rotation, { roots: used }, own);
  };
  const [ours, other] = [root("ours"), root("ours")];
  const first = await kept({ g1: ours });
  assert.equal(first.exit, 0, first.stderr);
  const replaced = await kept({ g1: other });
  assert.equal(replaced.exit, 2);
  assert.match(
    replaced.stderr,
    /trust\.roots\.g1 is another certificate than the one by which frankfurt, dublin are issued, .* by multisite trust rotate/,
  );
  const distributed = { revision: 1, generations: [G1, G2], bundleSince: 1 };
  const short = await kept({ g1: ours, g2: root("twenty days", 20 * 24) }, distributed);
  assert.equal(short.exit, 2, "it is told before any site is to be issued from it");
  assert.match(short.stderr, /Root g2 cannot be used:\n {2}certificate ends 20.*, before all that it signs/);
  const exchanged = { revision: 1, generations: [{ name: "g2", state: "active" as const }], bundleSince: 1 };
  const same = await kept({ g2: ours }, exchanged);
  assert.equal(same.exit, 2);
  assert.match(
    same.stderr,
    /trust\.roots\.g2 is of the same key as g1, by which sites were issued before: make the new root/,
  );
  const taken = await kept({ g2: other }, exchanged);
  assert.equal(taken.exit, 0, taken.stderr);
});
