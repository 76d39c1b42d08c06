import assert from "node:assert/strict";
import { createPublicKey, X509Certificate } from "node:crypto";
import { test } from "node:test";
import { issuedProblems } from "../../lib/plan/trust/issued";
import { offlineProblems, offlineWarnings, signingTask } from "../../lib/plan/trust/offline";
import type { CertificatePlan } from "../../lib/plan/trust/plan";
import { trustPlan } from "../../lib/plan/trust/trustPlan";
import { makeKey } from "../../rehearsal/clouds/tls/keys";
import { makeRequest, type Subject, selfSign, signRequest, type Terms } from "../../rehearsal/clouds/tls/x509";
import { root as rootOf } from "./certificates";

const NOW = new Date();
const plan = trustPlan(
  { trustDomain: "shop.example.com", signers: ["certManager"], roots: { g1: { keeper: "offline" } } },
  [{ name: "oslo", number: 1, state: "active", kind: "existing" }],
  255,
);
const [{ leaves, intermediates } = { leaves: [], intermediates: [] }] = plan.sites;
const server = leaves.find(({ role }) => role === "meshServer")!;
const authority = intermediates[0]!;
const by = rootOf("a root");
const key = makeKey("ECDSA", "P256", 0);
const publicKey = String(createPublicKey(key).export({ type: "spki", format: "pem" }));

interface Change {
  readonly subject?: Partial<Subject>;
  readonly terms?: Partial<Terms>;
  readonly key?: ReturnType<typeof makeKey>;
  readonly at?: Date;
  readonly root?: { readonly certPem: string; readonly key: ReturnType<typeof makeKey> };
}

function signed(asked: CertificatePlan, { subject, terms, key: own = key, at = NOW, root = by }: Change = {}): string {
  const names = { dnsNames: [...asked.dnsNames], ipAddresses: [...asked.ipAddresses], uris: [...asked.uris] };
  const request = makeRequest(own, { subject: { ...asked.subject }, ...names, ...subject });
  const said: Terms = {
    ...{ allowedUses: [...asked.uses], hours: asked.lifetimeHours, isCa: asked.isCa, maxPathLength: undefined },
    ...{ setSubjectKeyId: true, setAuthorityKeyId: true },
    ...terms,
  };
  return signRequest(request, root.certPem, root.key, said, at).certPem;
}

function problems(asked: CertificatePlan, chain: string, root = by.certPem): string[] {
  return issuedProblems({ asked, chain, root: new X509Certificate(root), now: NOW, publicKey });
}

function foreign(pathLength: number | undefined, hours = 87_600) {
  const own = makeKey("ECDSA", "P384", 0);
  const terms: Terms = {
    ...{ allowedUses: ["cert_signing"], hours, isCa: true, maxPathLength: pathLength },
    ...{ setSubjectKeyId: true, setAuthorityKeyId: true },
  };
  const names = { dnsNames: [], ipAddresses: [], uris: [], subject: { commonName: "another root" } };
  return { key: own, certPem: selfSign(own, names, terms, NOW).certPem };
}

test("what was asked for is taken, with its root after it or without", () => {
  for (const asked of [server, authority]) {
    assert.deepEqual(problems(asked, signed(asked)), []);
    assert.deepEqual(problems(asked, signed(asked) + by.certPem), []);
  }
});

const YEARS_AGO = new Date(NOW.getTime() - 3 * 365 * 86_400_000);
const TOMORROW = new Date(NOW.getTime() + 2 * 86_400_000);
const short = foreign(1, 24 * 365);
const none = foreign(0);

const WRONG: readonly (readonly [string, string, RegExp])[] = [
  ["of another key", signed(server, { key: makeKey("ECDSA", "P256", 0) }), /of another key: sign the request that was/],
  [
    "of another name",
    signed(server, { subject: { subject: { commonName: "other" } } }),
    /commonName is "other": it must/,
  ],
  ["without a name", signed(server, { subject: { dnsNames: [] } }), /lacks the names DNS:clustermesh-apiserver/],
  [
    "with a name too many",
    signed(server, { subject: { dnsNames: [...server.dnsNames, "bergen.mesh.cilium.io"] } }),
    /names that nobody asked for: DNS:bergen\.mesh\.cilium\.io/,
  ],
  ["too long", signed(server, { terms: { hours: 9000 } }), /lives 375 days: 90 were asked for/],
  ["too short", signed(server, { terms: { hours: 240 } }), /lives 10 days only: 90 were asked for/],
  ["expired", signed(server, { at: YEARS_AGO }), /it ended \d{4}-\d\d-\d\d: have it signed again/],
  ["of tomorrow", signed(server, { at: TOMORROW }), /it begins \d{4}-\d\d-\d\d: wait, or correct the signer's clock/],
  ["a CA", signed(server, { terms: { isCa: true } }), /it is a CA: sign it with CA:FALSE/],
  [
    "for clients",
    signed(server, { terms: { allowedUses: ["digital_signature", "key_encipherment", "client_auth"] } }),
    /lacks the uses server_auth/,
  ],
  ["for everything", signed(server, { terms: { allowedUses: [] } }), /has no extended uses, and so every one/],
  ["of another root", signed(server, { root: short }), /does not lead to the root: CN=a root has not signed/],
  ["nothing", "S3CR3T", /holds no certificate in PEM/],
  ["a key", `${signed(server)}-----BEGIN PRIVATE KEY-----\nS3CR3T`, /holds a private key: give certificates only/],
  ["cut off", signed(server).replace(/\n.{64}\n/, "\n"), /certificate 1 of 1 cannot be read/],
];

for (const [what, chain, message] of WRONG) {
  test(`a certificate that is ${what} is refused, and nothing of a key is shown`, () => {
    const found = problems(server, chain);
    assert.ok(
      found.some((one) => message.test(one)),
      found.join("\n"),
    );
    assert.doesNotMatch(found.join("\n"), /S3CR3T|BEGIN|MI[A-Za-z0-9+/]{20}/);
  });
}

test("a site's CA must be one, end before its root, and have room below it", () => {
  const said = (chain: string, root?: string) => problems(authority, chain, root).join("\n");
  assert.match(said(signed(authority, { terms: { isCa: false } })), /it is no CA: sign it with CA:TRUE/);
  assert.match(said(signed(authority, { root: none }), none.certPem), /allows 0 CAs below it, and 1 would be/);
  const late = signed(authority, { root: short, terms: { hours: 24 * 366 } });
  assert.match(said(late, short.certPem), /ends \d{4}-\d\d-\d\d, after its issuer/);
  assert.match(said(signed(authority, { terms: { allowedUses: ["crl_signing"] } })), /lacks the uses cert_signing/);
});

test("a site's CA has no CA below it, by its own word or by its root's", () => {
  const free = foreign(undefined);
  const said = (root: typeof free, maxPathLength: number | undefined) =>
    problems(authority, signed(authority, { root, terms: { maxPathLength } }), root.certPem).join("\n");
  assert.match(said(free, undefined), /^it may have CAs of its own below it: sign it with pathlen:0\.$/);
  assert.match(said(free, 1), /sign it with pathlen:0/);
  assert.match(said(foreign(2), undefined), /sign it with pathlen:0/);
  for (const root of [free, foreign(1), foreign(2)]) assert.equal(said(root, 0), "");
  assert.equal(said(foreign(1), undefined), "");
});

test("what came back offline is judged before anything is made, each by its name", () => {
  const asked = [...leaves, ...intermediates];
  const good = { [server.name]: signed(server) };
  assert.deepEqual(offlineProblems("g1", asked, { root: by.certPem, certificates: good }, NOW), []);
  const wrong = { ...good, [authority.name]: signed(authority, { terms: { isCa: false } }), "oslo-g9-x": "" };
  const found = offlineProblems("g1", asked, { root: by.certPem, certificates: wrong }, NOW);
  assert.deepEqual(found.length, 1, found.join("\n"));
  assert.match(found[0]!, /^certificates\.oslo-g1-cert-manager-ca: it is no CA/);
  const ended = { [server.name]: signed(server, { at: YEARS_AGO }) };
  assert.deepEqual(
    offlineProblems("g1", asked, { root: by.certPem, certificates: ended }, NOW),
    [],
    "kept until it is signed",
  );
  const [left] = offlineWarnings("g1", asked, { root: by.certPem, certificates: wrong });
  assert.match(left!, /^signers\.g1\.certificates: nothing is to be signed by g1 under oslo-g9-x, so what came back/);
  assert.deepEqual(offlineWarnings("g1", asked, { root: by.certPem, certificates: good }), []);
  const noRoot = { root: good[server.name]!, certificates: good };
  assert.match(offlineProblems("g1", asked, noRoot, NOW).join("\n"), /^root: certificate .* is no CA/);
});

test("a task says what a request of the tls provider cannot: uses, lifetime, and that it is no CA", () => {
  const { extensions, days, subject } = signingTask(server);
  assert.equal(days, 90);
  assert.equal(subject, "shop.example.com, clustermesh-apiserver.kube-system.svc");
  assert.equal(
    extensions,
    "basicConstraints = critical, CA:FALSE\nkeyUsage = critical, digitalSignature, keyEncipherment\n" +
      "extendedKeyUsage = serverAuth\nsubjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid\n" +
      "subjectAltName = DNS:clustermesh-apiserver.kube-system.svc, DNS:*.mesh.cilium.io, DNS:oslo.mesh.cilium.io, " +
      "IP:127.0.0.1, IP:::1\n",
  );
  assert.match(signingTask(authority).extensions, /CA:TRUE, pathlen:0\nkeyUsage = critical, keyCertSign, cRLSign\n/);
});
