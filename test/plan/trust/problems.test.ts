import assert from "node:assert/strict";
import { test } from "node:test";
import { specProblems } from "../../../lib/plan";
import { twoRegions } from "../../support/specs";

function problems(trust: object): string[] {
  const spec = { ...twoRegions(), trust: { trustDomain: "shop.example.com", ...trust } };
  return specProblems(spec).map(({ path, message }) => `${path} ${message}`);
}

const g1 = { name: "g1", state: "active" };
const store = {
  kind: "awsSecretsManager",
  region: "eu-north-1",
  owner: "111122223333",
  writer: "arn:aws:iam::111122223333:role/trust",
  readers: { frankfurt: "arn:aws:iam::111122223333:role/frankfurt", dublin: "arn:aws:iam::111122223333:role/dublin" },
};

const POOL = "projects/shop/locations/europe-north1/caPools/roots";
const privateCa = (region: string) =>
  `arn:aws:acm-pca:${region}:111122223333:certificate-authority/11111111-2222-4333-8444-555555555555`;

test("what is right has no problems", () => {
  assert.deepEqual(problems({}), []);
  assert.deepEqual(problems({ delivery: { by: "secretStore", store } }), []);
  const roots = { g1: { keeper: "googleCas", caPool: "projects/shop/locations/europe-north1/caPools/roots" } };
  assert.deepEqual(problems({ roots, signers: ["istio"], hubble: false }), []);
});

test("where a root is kept may be said before it is listed, and after it is gone", () => {
  const roots = { g1: { keeper: "offline" }, g2: { keeper: "state" }, g3: { keeper: "supplied" } };
  assert.deepEqual(problems({ roots }), []);
  const g2 = { name: "g2", state: "next" };
  assert.deepEqual(problems({ roots, rotation: { revision: 1, generations: [g1, g2] } }), []);
  assert.deepEqual(problems({ roots, rotation: { revision: 9, generations: [{ name: "g2", state: "active" }] } }), []);
  // The first one is in the state by default, and another keeper comes after it.
  const later = { g2: { keeper: "offline" } };
  assert.deepEqual(problems({ roots: later, rotation: { revision: 1, generations: [g1, g2] } }), []);
});

const WRONG: readonly (readonly [string, object, RegExp])[] = [
  ["a trust domain in capitals", { trustDomain: "Shop" }, /^trust\.trustDomain is "Shop": give a SPIFFE trust domain/],
  [
    "a second active root",
    { rotation: { revision: 0, generations: [g1, { name: "g2", state: "active" }] } },
    /^trust\.rotation\.generations exactly one must be active; got 2 \(g1, g2\)/,
  ],
  [
    "a state that does not exist",
    { rotation: { revision: 0, generations: [{ name: "g1", state: "old" }] } },
    /^trust\.rotation\.generations\[0\]\.state is "old": give one of "next", "active", "retiring"/,
  ],
  [
    "an illegal phase",
    { rotation: { revision: 0, generations: [g1, { name: "g2", state: "next" }, { name: "g0", state: "retiring" }] } },
    /^trust\.rotation\.generations g2 cannot be next while g0 is retiring/,
  ],
  [
    "issuing with no next root",
    { rotation: { revision: 1, generations: [g1], issuedByNext: ["dublin"], nextWasIssued: true } },
    /^trust\.rotation\.issuedByNext there is no next root/,
  ],
  [
    "an unknown site",
    { rotation: { revision: 0, generations: [g1], expelled: ["oslo"] } },
    /^trust\.rotation\.expelled names "oslo", which is no site of the fleet/,
  ],
  [
    "a root whose name is another one's",
    { roots: { g7: { keeper: "offline" } } },
    /^trust\.roots\.g1 is missing, and g7 is kept by "offline": say where the key of g1 is, \{ keeper: "state" \} for the trust/,
  ],
  [
    "a root of which nobody says where it is, after one that is kept elsewhere",
    {
      rotation: { revision: 1, generations: [g1, { name: "g2", state: "next" }] },
      roots: { g1: { keeper: "supplied" } },
    },
    /^trust\.roots\.g2 is missing, and g1 is kept by "supplied"/,
  ],
  [
    "a private CA without its ARN",
    { roots: { g1: { keeper: "awsPrivateCa" } } },
    /^trust\.roots\.g1\.authorityArn is missing/,
  ],
  [
    "a private CA in a site's region",
    { roots: { g1: { keeper: "awsPrivateCa", account: "111122223333", region: "eu-central-1" } } },
    /^trust\.roots\.g1\.region is "eu-central-1", the region of site "frankfurt", whose loss it must survive/,
  ],
  [
    "a given private CA in a site's region",
    { roots: { g1: { keeper: "awsPrivateCa", authorityArn: privateCa("eu-west-1") } } },
    /^trust\.roots\.g1\.authorityArn is "eu-west-1", the region of site "dublin"/,
  ],
  [
    "a private CA that is given and made",
    { roots: { g1: { keeper: "awsPrivateCa", authorityArn: privateCa("eu-north-1"), region: "eu-north-1" } } },
    /^trust\.roots\.g1\.region is only for an authority that is made, and authorityArn names one: remove it/,
  ],
  [
    "a private CA that is to be made in no account",
    { roots: { g1: { keeper: "awsPrivateCa", region: "eu-north-1" } } },
    /^trust\.roots\.g1\.account is missing: the authority is made there/,
  ],
  [
    "a root in the state that has an ARN",
    { roots: { g1: { keeper: "state", authorityArn: privateCa("eu-north-1") } } },
    /^trust\.roots\.g1\.authorityArn is only for keeper "awsPrivateCa", and this root's is "state": remove it/,
  ],
  ["a Google CA without its pool", { roots: { g1: { keeper: "googleCas" } } }, /^trust\.roots\.g1\.caPool is missing/],
  [
    "two roots that make one pool",
    {
      rotation: { revision: 1, generations: [g1, { name: "g2", state: "next" }] },
      roots: Object.fromEntries(["g1", "g2"].map((name) => [name, { keeper: "googleCas", caPool: POOL }])),
    },
    /^trust\.roots\.g2\.caPool is that of root g1, which makes it: give a pool of its own/,
  ],
  ["a store without a place", { delivery: { by: "secretStore" } }, /^trust\.delivery\.store is missing/],
  [
    "a store in a site's region",
    { delivery: { by: "secretStore", store: { ...store, region: "eu-west-1" } } },
    /^trust\.delivery\.store\.region is "eu-west-1", the region of site "dublin", whose loss it must survive/,
  ],
  [
    "one reader for two sites",
    { delivery: { by: "secretStore", store: { ...store, readers: { frankfurt: "a", dublin: "a" } } } },
    /^trust\.delivery\.store\.readers\.dublin is "a", which reads frankfurt's entry too/,
  ],
  [
    "a reader that is no role",
    { delivery: { by: "secretStore", store: { ...store, readers: { ...store.readers, dublin: "me@example.com" } } } },
    /^trust\.delivery\.store\.readers\.dublin is "me@example\.com": give the ARN of a role/,
  ],
  [
    "a reader that writes",
    { delivery: { by: "secretStore", store: { ...store, readers: { ...store.readers, dublin: store.writer } } } },
    /^trust\.delivery\.store\.readers\.dublin is the writer of all entries/,
  ],
  [
    "no writer",
    { delivery: { by: "secretStore", store: { ...store, writer: undefined } } },
    /^trust\.delivery\.store\.writer is missing: give the ARN of the role as which the trust stack runs/,
  ],
  [
    "an owner that is no account",
    { delivery: { by: "secretStore", store: { ...store, owner: "shop" } } },
    /^trust\.delivery\.store\.owner is "shop": give an account, 12 digits/,
  ],
  [
    "a vault of Secrets Manager",
    { delivery: { by: "secretStore", store: { ...store, vault: "shop" } } },
    /^trust\.delivery\.store\.vault is not for a store of kind "awsSecretsManager": remove it/,
  ],
  [
    "a key vault of no group",
    { delivery: { by: "secretStore", store: { ...store, kind: "azureKeyVault", writer: undefined, vault: "shop" } } },
    /^trust\.delivery\.store\.resourceGroup is missing: give the resource group in which the vault is made/,
  ],
  [
    "early renewal at validity",
    { lifetimes: { leafDays: 30, leafRenewalDays: 30 } },
    /^trust\.lifetimes\.leafRenewalDays is 30 days: give fewer than 30, the days of a leaf/,
  ],
  [
    "what a site signs outliving the site's issuer",
    { lifetimes: { intermediateRenewalDays: 2, workloadHours: 48 } },
    /^trust\.lifetimes\.workloadHours is 48 hours: give fewer than 48, the hours that are left of an intermediate/,
  ],
  [
    "an intermediate that outlives its root",
    { lifetimes: { rootDays: 500, intermediateDays: 400 } },
    /^trust\.lifetimes\.intermediateDays is 400 days: give fewer than 192, since a child may not outlive its root/,
  ],
  ["a signer twice", { signers: ["istio", "istio"] }, /^trust\.signers\[1\] is "istio", which is listed already/],
];

for (const [what, trust, message] of WRONG) {
  test(`${what} is refused, with the field and the fix`, () => {
    const found = problems(trust);
    assert.ok(
      found.some((one) => message.test(one)),
      found.join("\n"),
    );
  });
}

test("where a provider is the fault domain, a store at the sites' provider is refused wherever it is", () => {
  const trust = { trustDomain: "shop.example.com", delivery: { by: "secretStore" as const, store } };
  const found = (kind: object) =>
    specProblems({
      ...twoRegions(),
      faultDomain: "provider",
      trust: { ...trust, delivery: { by: "secretStore", store: { ...store, ...kind } } },
    } as never)
      .filter(({ path }) => path.startsWith("trust.delivery.store.region"))
      .map(({ message }) => message);
  assert.match(found({})[0]!, /is at "aws", the provider of site "frankfurt", whose loss it must survive/);
  assert.deepEqual(found({ kind: "googleSecretManager", region: "europe-north1" }), []);
});

test("everything that is wrong is said at once", () => {
  const found = problems({ trustDomain: "?", signers: ["istio", "istio"], roots: { g7: { keeper: "offline" } } });
  assert.equal(found.length, 3, found.join("\n"));
});
