import assert from "node:assert/strict";
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import Ajv from "ajv";
import type { TrustFacts, TrustRotation } from "../../lib/plan/trustPhases";
import { writeRotation } from "../../rehearsal/trust/file";
import { Canaries } from "../support/canaries";
import { commandLine } from "../support/commandLine";
import { type Ended, ROOT, writeProgram } from "../support/multisite";
import { type Identity, identities, leaf, root, sha256 } from "./certificates";
import { answersOf, FakeApi } from "./fakeApi";

const NAMES = ["frankfurt", "dublin", "paris"] as const;
type Name = (typeof NAMES)[number];
/** Sites that exist, so that the program loads no cloud's SDK. It heeds that paris is expelled, and no other. */
const PROGRAM = `const { existsSync, readFileSync } = require("node:fs");
const { existing, Fleet } = require("pulumi-multisite");
const { withoutExpelled } = require("pulumi-multisite/plan");
const file = __dirname + "/trust.json";
const trust = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
const site = (name, number) => ({ kind: "existing", name, number, provider: "vsphere", region: name, identity: name,
  allocatable: { cpu: 32, memoryGiB: 128, pods: 880, nodes: 8, verifiedAt: "2026-11-01" },
  cidrs: { nodes: ["192.168." + number + ".0/24"], pods: ["172.2" + number + ".0.0/16"], services: ["192.168.10" + number + ".0/24"] } });
const kubeconfig = (name) => JSON.stringify({ apiVersion: "v1", kind: "Config", "current-context": "site", users: [{ name: "site", user: {} }],
  clusters: [{ name: "site", cluster: { server: "https://" + name + ".example.com" } }],
  contexts: [{ name: "site", context: { cluster: "site", user: "site" } }] });
const names = ${JSON.stringify(NAMES)};
new Fleet("sample", { kinds: [existing], kubeconfigs: Object.fromEntries(names.map((name) => [name, kubeconfig(name)])),
  spec: withoutExpelled({ sites: names.map((name, i) => site(name, i + 1)), demand: { cpu: 4, memoryGiB: 8, pods: 20 } },
    trust.expelled?.includes("paris") ? trust : {}) });
`;
const isFactsFile = new Ajv().compile<TrustFacts>(
  JSON.parse(readFileSync(join(ROOT, "rehearsal/trust/facts.schema.json"), "utf8")),
);

const apis = Object.fromEntries(NAMES.map((name) => [name, new FakeApi()])) as Record<Name, FakeApi>;
/** Where the commands run: the folder of all tests, or one of a suite's own. */
let dir = "";
let shared = "";
let g1: Identity;
let g2: Identity;

before(async () => {
  shared = mkdtempSync(join(tmpdir(), "multisite-trust-"));
  dir = shared;
  writeProgram(dir, PROGRAM);
  for (const name of NAMES) {
    await apis[name].listen();
    writeFileSync(join(dir, `${name}.kubeconfig`), apis[name].kubeconfig);
  }
  g1 = root("sample root g1");
  g2 = root("sample root g2");
});
after(() => {
  for (const name of NAMES) apis[name].close();
  rmSync(shared, { recursive: true, force: true });
});

function write(rotation: Partial<TrustRotation>): void {
  const whole = { revision: 4, generations: [{ name: "g1", state: "active" }], ...rotation };
  writeFileSync(join(dir, "trust.json"), JSON.stringify(whole));
  rmSync(join(dir, "trust-facts.json"), { force: true });
}

function readTrust(): TrustRotation {
  return JSON.parse(readFileSync(join(dir, "trust.json"), "utf8"));
}

/** Every site holds the same, but for those that are given. */
function hold(both: boolean, by: "g1" | "g2", revision = 4): void {
  for (const name of NAMES) {
    const roots = both ? { g1, g2 } : { g1 };
    apis[name].mode = 200;
    apis[name].answers = answersOf({ revision, roots, leaf: leaf(by === "g1" ? g1 : g2, `remote-${name}`) });
  }
}

const DISTRIBUTED: Partial<TrustRotation> = {
  generations: [
    { name: "g1", state: "active" },
    { name: "g2", state: "next" },
  ],
  bundleSince: 4,
};
const FACTS = () => join(dir, "trust-facts.json");
/** A busy machine answers late. */
const CONFIGS = () => ["--timeout", "60", ...KUBECONFIGS()];
const KUBECONFIGS = () => NAMES.flatMap((name) => ["--kubeconfig", `${name}=${join(dir, `${name}.kubeconfig`)}`]);

async function trust(...args: string[]): Promise<Ended> {
  const ended = await commandLine(["trust", ...args]);
  assert.doesNotMatch(`${ended.stdout}${ended.stderr}`, /PRIVATE KEY|S3CR3T|^\s+at .*:\d+:\d+\)?$/m);
  const written = ["trust.json", "trust-facts.json"].map((name) => join(dir, name)).filter((file) => existsSync(file));
  const seen = [ended.stdout, ended.stderr, ...written.map((file) => readFileSync(file, "utf8"))];
  assert.deepEqual(canaries().in(seen.join("\n")), []);
  return ended;
}

/** Keys of every root, site and API server, and what the kubeconfigs hold. */
function canaries(): Canaries {
  const all = new Canaries().add("token", "S3CR3T-token");
  for (const { certPem, keyPem } of identities) all.add(sha256(certPem), keyPem);
  return all;
}

describe("multisite trust status", () => {
  it("says what every site holds, and writes facts of the schema, without a key", async () => {
    write({});
    hold(false, "g1");
    const ran = await trust("status", dir, ...CONFIGS());
    assert.equal(ran.exit, 0, ran.stderr + ran.stdout);
    assert.match(ran.stdout, /frankfurt .* 4 +g1 +1 of 1 +g1/);
    assert.match(ran.stdout, /Every site holds what it is to hold/);
    const text = readFileSync(join(dir, "trust-facts.json"), "utf8");
    assert.doesNotMatch(text, /PRIVATE KEY|S3CR3T/);
    assert.ok(isFactsFile(JSON.parse(text)), JSON.stringify(isFactsFile.errors));
    assert.equal(Object.keys(JSON.parse(text).sites).length, 3);
  });

  it("holds an unreachable site for a fact: one that hangs, refuses, is not asked", async () => {
    write({});
    hold(false, "g1");
    apis.frankfurt.mode = "hang";
    apis.dublin.mode = 403;
    const ran = await trust("status", dir, ...KUBECONFIGS().slice(0, 4), "--timeout", "2", "--json", "-");
    assert.equal(ran.exit, 1);
    const { facts } = JSON.parse(ran.stdout) as { facts: TrustFacts };
    assert.ok(isFactsFile(facts), JSON.stringify(isFactsFile.errors));
    const reason = (name: Name) => {
      const seen = facts.sites[name];
      return seen?.reached === false ? seen.reason : "reached";
    };
    assert.match(reason("frankfurt"), /no answer within 2 s/);
    assert.match(reason("dublin"), /403/);
    assert.match(reason("paris"), /no --kubeconfig/);
  });

  it("names a site that is not as it is to be, and what holds the next step up", async () => {
    write(DISTRIBUTED);
    hold(true, "g1");
    apis.paris.answers = answersOf({ revision: 4, roots: { g1, g2 }, leaf: leaf(g1, "remote-paris"), loaded: [g1] });
    const ran = await trust("status", dir, ...CONFIGS());
    assert.equal(ran.exit, 1);
    assert.match(ran.stdout, /paris: kube-system\/DaemonSet\/cilium: 1 of 1 pods not rolled since \(cilium-x7k2p\)/);
    assert.match(ran.stdout, /Next: issue g2 at frankfurt[\s\S]*Not now/);
  });

  it("refuses a key where a certificate belongs, and shows nothing of it", async () => {
    write({});
    hold(false, "g1");
    const path = "/api/v1/namespaces/kube-system/configmaps/cilium-root-ca.crt";
    apis.dublin.answers.set(path, {
      metadata: { namespace: "kube-system", name: "x" },
      data: { "ca.crt": g1.certPem + g1.keyPem },
    });
    const ran = await trust("status", dir, ...CONFIGS());
    assert.equal(ran.exit, 1);
    assert.match(ran.stdout, /dublin.*it holds a private key/);
    const asked = JSON.stringify([...apis.dublin.answers.values()]);
    assert.ok(canaries().in(asked).includes(sha256(g1.certPem)), "the search finds the key in what the site answered");
  });
});

/** A file of facts as nobody writes them. */
function given(facts: object): string {
  const file = join(dir, `given-${JSON.stringify(facts).length}.json`);
  writeFileSync(file, JSON.stringify(facts));
  return file;
}

describe("multisite trust rotate", () => {
  it("shows a step and changes nothing; with --take it rewrites the data, whole", async () => {
    write({});
    hold(false, "g1");
    const shown = await trust("rotate", dir, "--to", "g2", ...CONFIGS());
    assert.equal(shown.exit, 0, shown.stderr);
    assert.match(shown.stdout, /distribute g2: makes root g2/);
    assert.match(shown.stdout, /Add --take/);
    assert.equal(readTrust().revision, 4);
    const dry = await trust("rotate", dir, "--to", "g2", "--facts", FACTS(), "--take", "--dry-run");
    assert.equal(dry.exit, 0);
    assert.equal(readTrust().revision, 4);
    const taken = await trust("rotate", dir, "--to", "g2", "--facts", FACTS(), "--take");
    assert.equal(taken.exit, 0, taken.stderr);
    const { changedAt, ...rest } = readTrust();
    assert.deepEqual(rest, { revision: 5, generations: DISTRIBUTED.generations, bundleSince: 5 });
    assert.ok(Date.parse(changedAt!) <= Date.now());
    assert.deepEqual(
      readdirSync(dir).filter((name) => name.endsWith(".tmp")),
      [],
    );
    const again = await trust("rotate", dir, "--to", "g2", "--take");
    assert.equal(again.exit, 1, "the facts are of before the change");
    assert.match(again.stdout, /after them/);
    assert.equal(readTrust().revision, 5);
  });

  it("has a next root distributed without any facts, and tells of the way back only where there is one", async () => {
    write({});
    const first = await trust("rotate", dir, "--to", "g2");
    assert.equal(first.exit, 0, first.stderr);
    assert.match(
      first.stdout,
      /distribute g2: makes root g2[^\n]*\n {2}Nothing must be so before\.\n\nNothing was changed\. Add --take/,
    );
    assert.doesNotMatch(first.stdout, /way back/);
    write(DISTRIBUTED);
    const issue = await trust("rotate", dir, "--to", "g2");
    assert.equal(issue.exit, 1);
    assert.match(
      issue.stdout,
      /Not now, because:\n {4}there are no facts[\s\S]*The way back, whenever it is wanted: multisite trust rotate --back/i,
    );
    const back = await trust("rotate", dir, "--back");
    assert.equal(back.exit, 1);
    assert.doesNotMatch(back.stdout, /way back/);
  });

  it("holds a step up by name, and does not take it", async () => {
    write(DISTRIBUTED);
    hold(true, "g1");
    apis.paris.answers = answersOf({ revision: 3, roots: { g1 }, leaf: leaf(g1, "remote-paris") });
    const ran = await trust("rotate", dir, "--to", "g2", "--take", ...CONFIGS());
    assert.equal(ran.exit, 1);
    assert.match(
      ran.stdout,
      /paris: kube-system\/ConfigMap\/cilium-root-ca\.crt\/ca\.crt trusts \[g1\] only \(seen \d\d:\d\d:\d\d UTC\)/,
    );
    assert.match(ran.stdout, /--back/);
    assert.equal(readTrust().revision, 4);
    const back = await trust("rotate", dir, "--back", "--take");
    assert.equal(back.exit, 0);
    assert.deepEqual(readTrust().generations, [{ name: "g1", state: "active" }]);
  });

  it("does not withdraw while a site is issued from the old root, and says what protects that once it does", async () => {
    const settled: Partial<TrustRotation> = {
      generations: [
        { name: "g1", state: "retiring" },
        { name: "g2", state: "active" },
      ],
      bundleSince: 2,
    };
    write(settled);
    hold(true, "g2");
    apis.paris.answers = answersOf({ revision: 4, roots: { g1, g2 }, leaf: leaf(g1, "remote-paris") });
    const early = await trust("rotate", dir, "--take", ...CONFIGS());
    assert.equal(early.exit, 1);
    assert.match(early.stdout, /withdraw g1[\s\S]*paris: kube-system\/clustermesh-apiserver-remote-cert chains to g1/);
    assert.deepEqual(readTrust().generations, settled.generations);
    hold(true, "g2");
    const taken = await trust("rotate", dir, "--take", ...CONFIGS());
    assert.equal(taken.exit, 0, taken.stdout);
    assert.match(taken.stdout, /pulumi state unprotect. for its resources \(root-g1\)/);
    assert.deepEqual(readTrust().generations, [{ name: "g2", state: "active" }]);
  });

  it("swaps no root at once: a new one is trusted beside the old, which stays the one that is issued from", async () => {
    write({});
    hold(false, "g1");
    const taken = await trust("rotate", dir, "--to", "g2", "--take", ...CONFIGS());
    assert.equal(taken.exit, 0, taken.stdout);
    assert.deepEqual(readTrust().generations, DISTRIBUTED.generations);
    write({ revision: 5, generations: [{ name: "g2", state: "active" }] });
    const swapped = await trust("status", dir, ...CONFIGS());
    assert.equal(swapped.exit, 1, "a file that was swapped by hand is not what the sites hold");
    assert.match(swapped.stdout, /g1/);
  });

  it("takes the site that is asked for", async () => {
    write(DISTRIBUTED);
    hold(true, "g1");
    const ran = await trust("rotate", dir, "--site", "dublin", "--take", ...CONFIGS());
    assert.equal(ran.exit, 0, ran.stdout);
    assert.deepEqual(readTrust().issuedByNext, ["dublin"]);
  });

  it("--compromised says beforehand what breaks, needs no site to answer, and has no overlap", async () => {
    write({});
    const shown = await trust("rotate", dir, "--to", "g2", "--compromised");
    assert.equal(shown.exit, 0, shown.stderr);
    assert.match(shown.stdout, /at the worst 2 of 6 links work/);
    assert.match(shown.stdout, /about 20 min/);
    assert.equal(readTrust().revision, 4);
    await trust("rotate", dir, "--to", "g2", "--compromised", "--take");
    assert.deepEqual(readTrust().generations, [{ name: "g2", state: "active" }]);
  });

  it("writes no root's name that nothing could read, in an emergency neither", async () => {
    for (const to of ["G2!", "G2", "root_2", "abcdefghijklmnop"]) {
      write({});
      const ran = await trust("rotate", dir, "--to", to, "--compromised", "--take");
      assert.equal(ran.exit, 2, ran.stdout);
      assert.ok(ran.stderr.includes(`--to ${to}: the name of a root must be 1 to 15 of a-z`), ran.stderr);
      assert.equal(readTrust().revision, 4);
    }
  });

  it("says so where the program does not read the data", async () => {
    write({});
    const ran = await trust(
      "rotate",
      dir,
      "--to",
      "g2",
      "--compromised",
      "--take",
      "--json",
      join(dir, "rotated.json"),
    );
    assert.equal(ran.exit, 0, ran.stderr);
    assert.match(
      ran.stdout,
      /The program does not read \S+trust\.json: its spec\.trust\.rotation has none\. Give it the file's content, or `pulumi up` changes/,
    );
    assert.equal(JSON.parse(readFileSync(join(dir, "rotated.json"), "utf8")).programReads, false);
    rmSync(join(dir, "rotated.json"));
  });

  it("rewrites the data where a link leads to, which other programs read too", async () => {
    write({});
    const [link, target] = [join(dir, "trust.json"), join(dir, "shared.json")];
    renameSync(link, target);
    symlinkSync(target, link);
    const ran = await trust("rotate", dir, "--to", "g2", "--take");
    assert.equal(ran.exit, 0, ran.stderr);
    assert.ok(lstatSync(link).isSymbolicLink());
    assert.deepEqual(JSON.parse(readFileSync(target, "utf8")).generations, DISTRIBUTED.generations);
    rmSync(link);
  });

  it("leaves the data as it is where what it would become is illegal", () => {
    write({});
    const sites = NAMES.map((name) => ({ name, state: "active" as const }));
    const rotation = readTrust();
    const to = { ...rotation, revision: 5, generations: [{ name: "G2!", state: "active" as const }] };
    assert.throws(
      () => writeRotation(join(dir, "trust.json"), { rotation, sites }, to),
      /trust\.json is as it was, since it would be:\n {2}generations: "G2!" must be 1 to 15/,
    );
    assert.deepEqual(readTrust(), rotation);
  });

  it("names damaged data, which the program reads as well", async () => {
    writeFileSync(join(dir, "trust.json"), '{"revision":0,"generations":[{"name":"g1"');
    const ran = await trust("rotate", dir, "--to", "g2");
    assert.equal(ran.exit, 2);
    assert.match(ran.stderr, /trust\.json cannot be read: .*JSON.*It holds the fleet's roots/);
    write({});
  });

  it("leaves the data as it is where another has changed them since they were read", () => {
    write({});
    const sites = NAMES.map((name) => ({ name, state: "active" as const }));
    const rotation = readTrust();
    write({ revision: 7, expelled: ["oslo"] });
    const changed = readTrust();
    assert.throws(
      () =>
        writeRotation(join(dir, "trust.json"), { rotation, sites }, { ...rotation, revision: rotation.revision + 1 }),
      /trust\.json is as it was: another has changed it since it was read \(revision \d+ then, 7 now\).*Run this again/,
    );
    assert.deepEqual(readTrust(), changed);
  });

  it("--compromised withdraws the retiring root at once, and takes its name for no safe one", async () => {
    const settled: Partial<TrustRotation> = {
      generations: [
        { name: "g1", state: "retiring" },
        { name: "g2", state: "active" },
      ],
    };
    write(settled);
    const asked = await trust("rotate", dir, "--compromised");
    assert.equal(asked.exit, 2);
    assert.match(asked.stderr, /a new root, such as --to g3, or --to g2 where the stolen key is that of g1\./);
    const stolen = await trust("rotate", dir, "--compromised", "--to", "g1", "--take");
    assert.equal(stolen.exit, 2);
    assert.match(stolen.stderr, /--to g1: it is the retiring root, .* --to g2 withdraws it at once/);
    assert.deepEqual(readTrust().generations, settled.generations);
    const taken = await trust("rotate", dir, "--compromised", "--to", "g2", "--take");
    assert.equal(taken.exit, 0, taken.stderr);
    assert.match(
      taken.stdout,
      /^Root g2 at once, with no overlap: g1 is trusted no more\.[\s\S]*unprotect. for its resources \(root-g1\)/,
    );
    assert.deepEqual(readTrust().generations, [{ name: "g2", state: "active" }]);
  });

  it("is refused with what to change for data and options that are wrong", async () => {
    const cases: [change: Partial<TrustRotation> | undefined, args: string[], pattern: RegExp][] = [
      [undefined, [], /There is no .*trust\.json/],
      [
        {
          generations: [
            { name: "g1", state: "active" },
            { name: "g2", state: "active" },
          ],
        },
        [],
        /exactly one must be active/,
      ],
      [{ phase: 3 } as never, [], /phase: there is no such field/],
      [DISTRIBUTED, ["--to", "g3"], /a rotation to g2 is under way/],
      [{}, ["--to", "G 2"], /1 to 15 of a-z/],
      [
        {},
        ["--to", "g2", "--kubeconfig", "mars=x"],
        /mars: there is no such site; the sites are frankfurt, dublin, paris/,
      ],
      [{}, ["--to", "g2", "--facts", "nowhere.json"], /There is no nowhere\.json/],
      [{}, ["--to", "g2", "--facts", given({ version: 1, sites: null })], /collectedAt: .*\n.*sites: /],
      [{}, ["--to", "g2", "--facts", given({ version: 1, collectedAt: "", sites: { a: null } })], /sites\.a: /],
      [{}, ["--compromised"], /needs --to/],
    ];
    for (const [change, args, pattern] of cases) {
      write(change ?? {});
      if (change === undefined) rmSync(join(dir, "trust.json"));
      const ran = await trust("rotate", dir, ...args);
      assert.equal(ran.exit, 2, `${args.join(" ")}: ${ran.stdout}`);
      assert.match(ran.stderr, pattern);
    }
  });
});

describe("multisite trust expel", () => {
  it("tells what a site held from when it last answered, however often it did not since", async () => {
    write({});
    hold(false, "g1");
    await trust("status", dir, ...CONFIGS());
    const { seenAt } = (JSON.parse(readFileSync(FACTS(), "utf8")) as TrustFacts).sites.paris!;
    apis.paris.mode = 403;
    for (let i = 0; i < 2; i++) await trust("status", dir, ...CONFIGS());
    const facts = JSON.parse(readFileSync(FACTS(), "utf8")) as TrustFacts;
    assert.ok(isFactsFile(facts), JSON.stringify(isFactsFile.errors));
    assert.equal(facts.sites.paris?.reached, false);
    const shown = await trust("expel", "paris", dir);
    assert.match(
      shown.stdout,
      new RegExp(`certificates of paris stay valid until 20\\S+, as it was seen at ${seenAt}:`),
    );
    const held = await trust("rotate", dir, "--to", "g2", "--facts", FACTS(), "--json", "-");
    assert.equal(held.exit, 0, held.stderr);
  });

  it("says what closes, what remains and what to run next, and closes the site out as data", async () => {
    write({});
    hold(false, "g1");
    await trust("status", dir, ...CONFIGS());
    const shown = await trust("expel", "paris", dir);
    assert.equal(shown.exit, 0, shown.stderr);
    assert.match(shown.stdout, /frankfurt, dublin drop the user remote-paris/);
    assert.match(shown.stdout, /stay valid until 20/);
    assert.match(shown.stdout, /multisite trust rotate --to g2/);
    assert.equal(readTrust().expelled, undefined);
    const taken = await trust("expel", "paris", dir, "--take");
    assert.equal(taken.exit, 0, taken.stderr);
    assert.deepEqual(readTrust().expelled, ["paris"]);
    assert.doesNotMatch(taken.stdout, /still builds/);
    write({});
    const other = await trust("expel", "dublin", dir, "--take");
    assert.match(other.stdout, /still builds dublin: give Fleet withoutExpelled/);
    assert.equal((await trust("expel", "mars", dir)).exit, 2);
    assert.ok(existsSync(join(dir, "trust.json")));
  });
});

/** The same sites, whose material comes late and is of another revision. Without dublin it does not even begin. */
const DELIVERED = PROGRAM.replace(
  "names.map((name) => [name, kubeconfig(name)]))",
  `$&, trust: deliveredTrust(() => pulumi.output(new Promise((left) => setTimeout(left, 200, '{"revision":3,"roots":"","pairs":{}}'))))`,
)
  .replace("demand:", 'trust: { trustDomain: "shop.example.com", rotation: trust, signers: ["certManager"] }, demand:')
  .replace("{ existing, Fleet }", "{ deliveredTrust, existing, Fleet }")
  .replace(
    /^new Fleet/m,
    'if (trust.expelled?.includes("dublin")) throw new pulumi.RunError("no dublin, no fleet");\n$&',
  );

describe("facts of another fleet, whose sites, roots and revisions have the same names", () => {
  before(() => {
    dir = mkdtempSync(join(tmpdir(), "multisite-trust-"));
    writeProgram(dir, `const pulumi = require("@pulumi/pulumi");\n${DELIVERED}`);
    for (const name of NAMES) writeFileSync(join(dir, `${name}.kubeconfig`), apis[name].kubeconfig);
  });
  after(() => {
    rmSync(dir, { recursive: true, force: true });
    dir = shared;
  });

  it("decide nothing, by what a site's record says and by what its certificates are made out to", async () => {
    const staging: readonly (readonly [string, (name: Name) => object])[] = [
      ["staging.example.com", (name) => ({ trustDomain: "staging.example.com", leaf: leaf(g1, `remote-${name}`) })],
      ["old.example.com", (name) => ({ leaf: leaf(g1, `remote-${name}`, { organization: "old.example.com" }) })],
    ];
    for (const [domain, held] of staging) {
      write(DISTRIBUTED);
      for (const name of NAMES) {
        const leafOf = leaf(g1, `remote-${name}`);
        apis[name].mode = 200;
        apis[name].answers = answersOf({ revision: 4, roots: { g1, g2 }, leaf: leafOf, ...held(name) });
      }
      const ran = await trust("rotate", dir, "--take", ...CONFIGS());
      assert.equal(ran.exit, 1, ran.stderr);
      const reason = `is a site of trust domain ${domain}, and this fleet's is shop.example.com: give its own kubeconfig or facts`;
      for (const name of NAMES) assert.match(ran.stdout, new RegExp(`${name}: not reached: what was asked ${reason}`));
      assert.equal(readTrust().revision, 4);
      const kept = JSON.parse(readFileSync(FACTS(), "utf8")) as TrustFacts;
      assert.ok(isFactsFile(kept), JSON.stringify(isFactsFile.errors));
    }
  });

  it("are not those of a site that says that it is of this one", async () => {
    write(DISTRIBUTED);
    for (const name of NAMES) {
      const own = leaf(g1, `remote-${name}`);
      apis[name].answers = answersOf({ revision: 4, trustDomain: "shop.example.com", roots: { g1, g2 }, leaf: own });
    }
    const ran = await trust("status", dir, ...CONFIGS());
    assert.doesNotMatch(ran.stdout, /not reached/);
    const { sites } = JSON.parse(readFileSync(FACTS(), "utf8")) as TrustFacts;
    assert.equal(sites.dublin?.reached && sites.dublin.trustDomain, "shop.example.com");
  });
});

describe("a next root after one that is kept outside the state", () => {
  const keep = (roots: object) => writeFileSync(join(dir, "roots.json"), JSON.stringify(roots));
  before(() => {
    dir = mkdtempSync(join(tmpdir(), "multisite-trust-"));
    const read = 'roots: JSON.parse(readFileSync(__dirname + "/roots.json", "utf8")), rotation: trust';
    writeProgram(dir, `const pulumi = require("@pulumi/pulumi");\n${DELIVERED.replace("rotation: trust", read)}`);
  });
  after(() => {
    rmSync(dir, { recursive: true, force: true });
    dir = shared;
  });

  it("gets no keeper by default, on either way, before anything is written", async () => {
    keep({ g1: { keeper: "offline" } });
    for (const way of [[], ["--compromised"]]) {
      write({});
      const refused = await trust("rotate", dir, "--to", "g2", "--take", ...way);
      assert.equal(refused.exit, 2, refused.stdout);
      assert.match(
        refused.stderr,
        /Where the key of g2 is to be, the program does not say, and g1 is kept by "offline": write trust\.roots\.g2 into its spec/,
      );
      assert.equal(readTrust().revision, 4);
    }
  });

  it("is told where its key will be", async () => {
    write({});
    keep({ g1: { keeper: "offline" }, g2: { keeper: "supplied" } });
    const said = await trust("rotate", dir, "--to", "g2", "--take");
    assert.equal(said.exit, 0, said.stderr);
    assert.match(said.stdout, /Root g2 is to be kept by "supplied"\.\n/);
    assert.doesNotMatch(said.stdout, /does not read/);
    write({});
    keep({});
    const unsaid = await trust("rotate", dir, "--to", "g2");
    assert.match(
      unsaid.stdout,
      /Root g2 is to be kept by "state", the default; trust\.roots\.g2 of the spec says otherwise\./,
    );
  });
});

describe("a program whose material another stack leaves", () => {
  const left = 'new pulumi.StackReference("acme/shop/trust").requireOutput("sites")';
  const reading = DELIVERED.replace(
    /deliveredTrust\(\(\) => .*\),\n/,
    "deliveredTrust((site) => left.apply((all) => all[site])),\n",
  ).replace(/^new Fleet/m, `const left = ${left};\n$&`);
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "multisite-trust-"));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true, force: true });
    dir = shared;
  });
  const program = (code: string) => writeProgram(dir, `const pulumi = require("@pulumi/pulumi");\n${code}`);

  it("is read without what that stack left, which the commands need nothing of", async () => {
    program(reading);
    write({});
    const taken = await trust("expel", "paris", dir, "--take");
    assert.equal(taken.exit, 0, taken.stderr);
    assert.equal(taken.stderr.includes("cannot rehearse"), false, taken.stderr);
    const shown = await trust("rotate", dir, "--to", "g2", "--compromised");
    assert.equal(shown.exit, 0, shown.stderr);
  });

  it("is told what to give where its Fleet waits for that", async () => {
    program(reading.replace(/^new Fleet/m, "left.apply(() => $&").replace(/\}\);\s*$/, "}));\n"));
    write({});
    const asked = await trust("rotate", dir, "--to", "g2");
    assert.equal(asked.exit, 2, asked.stdout);
    assert.match(asked.stderr, /outputs of stack acme\/shop\/trust: .* by --reference acme\/shop\/trust=FILE/);
  });
});

describe("a program that refuses the material that it is given", () => {
  before(() => {
    dir = mkdtempSync(join(tmpdir(), "multisite-trust-"));
    writeProgram(dir, `const pulumi = require("@pulumi/pulumi");\n${DELIVERED}`);
  });
  after(() => {
    rmSync(dir, { recursive: true, force: true });
    dir = shared;
  });
  const refusal = (site: string, revision: number) =>
    `What the trust stack left for site "${site}" is of revision 3 of the rotation, and this program is at ${revision}: ` +
    "run the trust stack with the same trust.json first.";

  it("says so once for each site, in its own words alone", async () => {
    write({});
    const { exit, stderr } = await commandLine(["rehearse", dir]);
    assert.equal(exit, 2);
    const said = stderr.split("\n").filter((line) => line !== "" && !line.startsWith("warning: "));
    assert.deepEqual(
      said.sort(),
      [...NAMES].sort().map((name) => refusal(name, 4)),
    );
  });

  it("has a spec all the same: a site is closed out, and a root exchanged at once", async () => {
    write({});
    const taken = await trust("expel", "paris", dir, "--take");
    assert.equal(taken.exit, 0, taken.stderr);
    assert.match(
      taken.stdout,
      /^Closing paris out[\s\S]*What remains[\s\S]*Taken: [\s\S]*Next\n {2}pulumi up +in the trust stack first/,
    );
    assert.doesNotMatch(taken.stdout, /still builds/);
    assert.ok(
      taken.stderr.includes(
        `warning: The program fails, and its spec was read all the same: ${refusal("frankfurt", 4)}`,
      ),
    );
    assert.ok(taken.stderr.includes(refusal("dublin", 5)), "it was run again with the new data");
    assert.deepEqual(readTrust().expelled, ["paris"]);
    const exchanged = await trust("rotate", dir, "--to", "g2", "--compromised");
    assert.equal(exchanged.exit, 0, exchanged.stderr);
    assert.match(exchanged.stdout, /A new root g2 at once/);
  });

  it("is told what is next, also where nothing can be seen of it any more", async () => {
    write({});
    const taken = await trust("expel", "dublin", dir, "--take");
    assert.equal(taken.exit, 0, taken.stderr);
    assert.match(
      taken.stdout,
      /Next\n[\s\S]*Whether the program still builds dublin could not be seen, since it fails: no dublin, no fleet\nIf it does, give Fleet/,
    );
    write({});
    const { stdout } = await trust("expel", "dublin", dir, "--take", "--json", "-");
    const { programAgrees, taken: isTaken } = JSON.parse(stdout);
    assert.deepEqual([programAgrees, isTaken], [null, true]);
  });
});
