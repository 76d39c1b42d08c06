import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { bundleProblems, certificatesOf } from "../../lib/plan/trust/bundle";
import { keyAsRead } from "../../lib/plan/trust/pem";
import type { CertificatePlan } from "../../lib/plan/trust/plan";
import type { RootUse } from "../../lib/plan/trust/rootUse";
import { checkedRoot, suppliedRootProblems, suppliedRootWarnings } from "../../lib/plan/trust/supplied";
import { makeKey } from "../../rehearsal/clouds/tls/keys";
import { selfSign, type Terms } from "../../rehearsal/clouds/tls/x509";
import { intermediate, leaf, root } from "./certificates";

/** Soon: what is made below begins at the second in which it is made. */
const NOW = new Date(Date.now() + 60_000);
const good = root("good");
const TERMS: Terms = {
  allowedUses: ["cert_signing"],
  hours: 8760,
  isCa: true,
  maxPathLength: 1,
  setSubjectKeyId: true,
  setAuthorityKeyId: true,
};

function selfSigned(algorithm: string, curve: string, bits: number, at = NOW, terms: Partial<Terms> = {}) {
  const key = makeKey(algorithm, curve, bits);
  const names = { dnsNames: [], ipAddresses: [], uris: [], subject: { commonName: "odd" } };
  return {
    certPem: selfSign(key, names, { ...TERMS, ...terms }, at).certPem,
    keyPem: String(key.export({ type: "pkcs8", format: "pem" })),
  };
}

const TEN_YEARS_AGO = new Date(NOW.getTime() - 10 * 365 * 86_400_000);
const other = root("other");
const plainLeaf = leaf(good, "a leaf");
const p224 = selfSigned("ECDSA", "P224", 0);
const rsa1024 = selfSigned("RSA", "", 1024);
const expired = selfSigned("ECDSA", "P256", 0, TEN_YEARS_AGO);
const below = intermediate(good, "an intermediate");

const CASES: readonly (readonly [string, string, string, RegExp])[] = [
  ["no CA", plainLeaf.certPem, plainLeaf.keyPem, /is no CA/],
  ["an intermediate", below.certPem, below.keyPem, /certificate is an intermediate, signed by CN=good/],
  ["expired", expired.certPem, expired.keyPem, /certificate ended \d{4}-\d\d-\d\d/],
  ["of another key", good.certPem, other.keyPem, /^key is not the certificate's/],
  ["two PEM blocks", good.certPem + other.certPem, good.keyPem, /has 2 PEM blocks: give exactly one/],
  ["its key beside it", good.certPem + good.keyPem, good.keyPem, /^certificate holds a private key/],
  ["curve P224", p224.certPem, p224.keyPem, /key on curve secp224r1: give P-256, P-384 or P-521/],
  ["RSA under 2048", rsa1024.certPem, rsa1024.keyPem, /RSA key of 1024 bits: give 2048 or more/],
  ["no PEM", "S3CR3T", good.keyPem, /has 0 PEM blocks/],
  ["a key that is none", good.certPem, "S3CR3T", /^key cannot be read/],
];

for (const [what, certificate, key, message] of CASES) {
  test(`a root that is or has ${what} is refused, and nothing of it is shown`, () => {
    const problems = suppliedRootProblems(certificate, key, NOW);
    assert.ok(
      problems.some((one) => message.test(one)),
      problems.join("\n"),
    );
    assert.doesNotMatch(problems.join("\n"), /S3CR3T|BEGIN|MI[A-Za-z0-9+/]{20}/);
    assert.throws(() => checkedRoot("g1", certificate, key, NOW), { name: "SuppliedRootError" });
  });
}

/** What a root of a plan signs. */
function signs(role: string, change: Partial<CertificatePlan> = {}): CertificatePlan {
  return { role, site: "oslo", isCa: false, lifetimeHours: 90 * 24, ...change } as CertificatePlan;
}

test("a root of path length 0 signs leaves, and no site's CA", () => {
  const tight = selfSigned("ECDSA", "P384", 0, NOW, { maxPathLength: 0 });
  const problems = ({ certPem, keyPem }: typeof tight, isCa: boolean) =>
    suppliedRootProblems(certPem, keyPem, NOW, { signs: [signs("istio", { isCa })], isExchanged: false });
  assert.deepEqual(problems(tight, false), []);
  assert.deepEqual(problems(good, true), []);
  assert.match(
    problems(tight, true)[0]!,
    /^certificate has a path length of 0, .* and istio of oslo is one: give a root/,
  );
});

test("a root that ends before all that it is to sign is refused, unless the next one is on its way", () => {
  const short = selfSigned("ECDSA", "P384", 0, NOW, { hours: 20 * 24 });
  const problems = (all: readonly CertificatePlan[], isExchanged = false) =>
    suppliedRootProblems(short.certPem, undefined, NOW, { signs: all, isExchanged });
  const [leaf90, leaf393] = [signs("meshAdmin"), signs("meshServer", { lifetimeHours: 393 * 24 })];
  const [problem, ...more] = problems([leaf90, leaf393]);
  assert.match(
    problem ?? "",
    /^certificate ends 20\d\d-\d\d-\d\d, in (19|20) days, before all that it signs: meshAdmin of oslo lives 90 days\. Give a root/,
  );
  assert.deepEqual(more, []);
  assert.deepEqual(problems([signs("meshAdmin", { lifetimeHours: 19 * 24 })]), []);
  assert.deepEqual(problems([leaf90], true), []);
  assert.deepEqual(problems([]), [], "a retiring root signs nothing");
  const use = { signs: [leaf90], isExchanged: false };
  assert.throws(
    () => checkedRoot("g1", short.certPem, short.keyPem, NOW, use),
    /Root g1 cannot be used:\n {2}certificate ends/,
  );
});

test("a root that ends before some of what it may sign is warned of, for the rest is signed already", () => {
  const short = selfSigned("ECDSA", "P384", 0, NOW, { hours: 200 * 24 });
  const all = [signs("meshAdmin"), signs("meshServer", { lifetimeHours: 393 * 24 })];
  const use = { signs: all, isExchanged: false };
  assert.deepEqual(suppliedRootProblems(short.certPem, short.keyPem, NOW, use), []);
  const warnings = (of: RootUse) => suppliedRootWarnings("g1", short.certPem, NOW, of);
  const [warning, ...more] = warnings(use);
  assert.match(
    warning ?? "",
    /^Root g1 ends 20\d\d-\d\d-\d\d, in (199|200) days: .*, as meshServer of oslo, which lives 393 days\. Begin its exchange/,
  );
  assert.deepEqual(more, []);
  assert.deepEqual(warnings({ ...use, isExchanged: true }), []);
  assert.deepEqual(warnings({ ...use, signs: all.slice(0, 1) }), []);
});

test("a good pair is taken, also RSA of 2048 bits", () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  assert.equal(privateKey.asymmetricKeyDetails?.modulusLength, 2048);
  const rsa = selfSigned("RSA", "", 2048);
  for (const pair of [good, rsa]) assert.deepEqual(suppliedRootProblems(pair.certPem, pair.keyPem, NOW), []);
});

test("a pair is handed on as the tls provider and every consumer read it, and as it was where they do", () => {
  const sec1 = String(good.key.export({ type: "sec1", format: "pem" }));
  const parameters = "-----BEGIN EC PARAMETERS-----\nBgUrgQQAIg==\n-----END EC PARAMETERS-----\n";
  for (const pem of [good.keyPem, sec1, `Bag Attributes\n    friendlyName: root\n${good.keyPem}`]) {
    assert.equal(keyAsRead(pem), pem);
  }
  for (const pem of [parameters + sec1, `\uFEFF${good.keyPem}`, `\uFEFF${sec1}`]) {
    assert.deepEqual(suppliedRootProblems(good.certPem, pem, NOW), []);
    assert.equal(keyAsRead(pem), good.keyPem);
  }
  const trusted = good.certPem.replaceAll(" CERTIFICATE", " TRUSTED CERTIFICATE");
  for (const pem of [good.certPem, trusted, `\uFEFF${good.certPem}`, `\n${good.certPem}\n\n`]) {
    assert.equal(checkedRoot("g1", pem, good.keyPem, NOW), good.certPem);
  }
  const explained = `Certificate:\n    Data:\n${good.certPem}`;
  assert.equal(checkedRoot("g1", explained, good.keyPem, NOW), explained);
});

test("two roots of one key are no rotation: whoever trusts one trusts what the other signs", () => {
  const names = { dnsNames: [], ipAddresses: [], uris: [], subject: { commonName: "good again" } };
  const { certPem } = selfSign(good.key, names, TERMS, NOW);
  const problems = (...all: string[]) => bundleProblems(certificatesOf(all.join(""), "The bundle"), NOW);
  assert.deepEqual(problems(good.certPem, other.certPem, certPem), [
    "certificate 3 (CN=good again) is of the same key as certificate 1: make the new root with a key of its own.",
  ]);
  assert.deepEqual(problems(good.certPem, other.certPem), []);
});

test("a bundle with an intermediate, a leaf, a duplicate or an expired root has a problem for each", () => {
  const pem = [good, good, below, plainLeaf, expired].map(({ certPem }) => certPem).join("");
  const problems = bundleProblems(certificatesOf(pem, "The bundle"), NOW);
  assert.match(problems[0]!, /certificate 2 \(CN=good\) is certificate 1 again/);
  assert.match(problems[1]!, /certificate 3 .* is an intermediate, signed by CN=good/);
  assert.match(problems[2]!, /certificate 4 .* is no CA/);
  assert.match(problems[3]!, /certificate 5 .* ended/);
  assert.equal(problems.length, 4);
  assert.throws(() => certificatesOf(good.certPem + good.keyPem, "The bundle"), /The bundle holds a private key/);
});
