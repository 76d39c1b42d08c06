import assert from "node:assert/strict";
import { test } from "node:test";
import { UNKNOWN } from "pulumi-multisite/plan";
import { trustRules } from "../../policy/trust";
import type { JudgedResource } from "../../policy/trust/trustRule";
import { inAllPlaces } from "../support/places";
import { intermediate, leaf, root } from "../trust/certificates";

const good = root("good");
const below = intermediate(good, "below");
const own = leaf(good, "own");
const NOW = new Date();

const SELF = "tls:index/selfSignedCert:SelfSignedCert";
const SIGNED = "tls:index/locallySignedCert:LocallySignedCert";
const SECRET = "kubernetes:core/v1:Secret";
const MAP = "kubernetes:core/v1:ConfigMap";

/** What all rules say of a resource, each with its id before it. */
function said(type: string, props: object, more: Partial<JudgedResource> = {}): string[] {
  const now = new Date();
  const resource = { name: "one", type, props: { ...props }, isProtected: true, settings: {}, now, ...more };
  return trustRules
    .filter(({ types }) => types.includes(type))
    .flatMap((rule) => rule.judge(resource).map((message) => `${rule.name.slice(0, 6)} ${message}`));
}

/** What all rules say of resources as they stand at the end of a run, each with its id before it. */
function saidAtEnd(resources: readonly { readonly type: string; readonly props: object }[], now: Date): string[] {
  const all = resources.map(
    ({ type, props }, i): JudgedResource => ({
      ...{ name: `r${i}`, type, props: { ...props }, isProtected: true, settings: {}, now },
    }),
  );
  return trustRules.flatMap((rule) =>
    all
      .filter(({ type }) => rule.types.includes(type))
      .flatMap((one) => (rule.atEnd?.(one, all) ?? []).map((message) => `${rule.name.slice(0, 6)} ${message}`)),
  );
}

const inYears = (years: number) => new Date(NOW.getTime() + years * 365 * 86_400_000);

const rootProps = { isCaCertificate: true, validityPeriodHours: 87_600, maxPathLength: 1, earlyRenewalHours: 0 };
const leafProps = {
  ...{ validityPeriodHours: 2160, earlyRenewalHours: 720, caCertPem: good.certPem },
  allowedUses: ["digital_signature", "server_auth"],
};
const encoded = (texts: { [key: string]: string }) =>
  Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString("base64")]));
const secret = (namespace: string, name: string, texts: { [key: string]: string }) => ({
  metadata: { namespace, name },
  data: encoded(texts),
});
const bundle = (pem: string) => ({
  metadata: { namespace: "kube-system", name: "cilium-root-ca.crt" },
  data: { "ca.crt": pem },
});
const trust = (generations: object[]) => ({
  plan: { rotation: { revision: 0, generations }, sites: [{ site: "oslo" }] },
});
const g1 = { name: "g1", state: "active" };

test("what is right is not violated", () => {
  assert.deepEqual(said(SELF, rootProps), []);
  assert.deepEqual(said(SIGNED, leafProps), []);
  assert.deepEqual(said(SIGNED, { ...leafProps, caCertPem: UNKNOWN }), []);
  assert.deepEqual(said(MAP, bundle(good.certPem + root("other").certPem)), []);
  const pair = { "tls.crt": own.certPem, "tls.key": own.keyPem, "ca.crt": good.certPem };
  assert.deepEqual(said(SECRET, secret("kube-system", "hubble-server-certs", pair)), []);
  const issuer = { "tls.crt": below.certPem + good.certPem, "tls.key": below.keyPem };
  assert.deepEqual(said(SECRET, secret("cert-manager", "multisite-site-ca", issuer)), []);
  assert.deepEqual(said("multisite:index:Trust", trust([g1])), []);
});

test("what state has as null is what the program did not give", () => {
  assert.deepEqual(said(SELF, { ...rootProps, earlyRenewalHours: null }), []);
  assert.match(
    said("tls:index/privateKey:PrivateKey", { algorithm: "ECDSA", ecdsaCurve: null }).join(),
    /no ecdsaCurve/,
  );
  assert.deepEqual(said("tls:index/privateKey:PrivateKey", { algorithm: "RSA", rsaBits: null }), []);
  const rotation = { revision: 0, generations: [g1], expelled: UNKNOWN };
  assert.match(
    said("multisite:index:Trust", { plan: { rotation, sites: [] } }).join(),
    /not say its rotation in plain/,
  );
});

test("nothing throws, whatever is null, unknown or of another form", () => {
  const pair = { "tls.crt": own.certPem, "tls.key": own.keyPem };
  const whole: [type: string, props: object][] = [
    [SELF, { ...rootProps, allowedUses: ["cert_signing"] }],
    [SIGNED, leafProps],
    [MAP, bundle(good.certPem)],
    [SECRET, secret("kube-system", "hubble-server-certs", pair)],
    ["tls:index/privateKey:PrivateKey", { algorithm: "RSA", rsaBits: 2048, ecdsaCurve: "P256" }],
    ["kubernetes:trust.cert-manager.io/v1alpha1:Bundle", { spec: { sources: [{ inLine: good.certPem }] } }],
    ["kubernetes:helm.sh/v3:Release", { values: { tls: { caBundle: { content: good.certPem } } } }],
    ["kubernetes:cert-manager.io/v1:Certificate", { spec: { isCA: false, duration: "2160h", renewBefore: "720h" } }],
    ["aws:acmpca/certificate:Certificate", { validity: { type: "DAYS", value: "90" }, templateArn: "EndEntity" }],
    ["multisite:index:Trust", trust([g1, { name: "g2", state: "next" }])],
    [
      "multisite:index:Trust",
      { plan: { rotation: { generations: [g1], expelled: ["oslo"], issuedByNext: [] }, sites: [] } },
    ],
  ];
  for (const [type, props] of whole)
    for (const changed of inAllPlaces(props))
      assert.doesNotThrow(() => said(type, changed), `${type} ${Object.keys(changed).join()}`);
});

test("a certificate given for the public name is warned of in its last third, and no other Secret is", () => {
  const given = leaf(below, "shop", { dnsNames: ["shop.example.com"] }, true);
  const at = (days: number) => ({ now: new Date(NOW.getTime() + days * 86_400_000) });
  const pair = { "tls.crt": given.chainPem, "tls.key": given.keyPem };
  const props = secret("multisite-gateway", "public-certificate", pair);
  assert.deepEqual(said(SECRET, props, at(30)), []);
  const [message = "", ...others] = said(SECRET, props, at(70));
  assert.match(message, /^tr-008 Certificate one ends 20[-\dT:]+Z, in (19|20) days\. Give a new one, and run again\.$/);
  assert.deepEqual(others, []);
  assert.match(said(SECRET, props, at(91)).join(), /tr-008 Certificate one ended/);
  assert.deepEqual(said(SECRET, secret("shop", "public-certificate", pair), at(91)), []);
  assert.deepEqual(said(SECRET, { ...props, data: { "tls.crt": UNKNOWN } }, at(91)), []);
});

const WRONG: readonly (readonly [string, () => string[], readonly string[]])[] = [
  [
    "an unprotected root",
    () => said(SELF, rootProps, { isProtected: false }),
    ["tr-001 Root one is not protected: a run that no longer lists it would delete its key."],
  ],
  [
    "a root that renews itself",
    () => said(SELF, { ...rootProps, earlyRenewalHours: 24 }),
    ["tr-001 Root one renews itself 24 h before its end, which replaces it: set 0."],
  ],
  [
    "maxPathLength 0",
    () => said(SELF, { ...rootProps, maxPathLength: 0 }),
    ["tr-001 Root one has maxPathLength 0, which the tls provider drops: set 1."],
  ],
  [
    "a leaf of 399 days",
    () => said(SIGNED, { ...leafProps, validityPeriodHours: 399 * 24 }, { now: new Date(NOW.getTime()) }),
    ["tr-002 Leaf one lives 9576 h: give 9552 (398 days) or fewer."],
  ],
  [
    "a lifetime that nobody knows",
    () => said(SIGNED, { ...leafProps, validityPeriodHours: UNKNOWN, earlyRenewalHours: 0 }).slice(0, 1),
    ["tr-002 Certificate one: validityPeriodHours is not known, so it proves nothing."],
  ],
  [
    "early renewal at validity",
    () => said(SIGNED, { ...leafProps, earlyRenewalHours: 2160 }),
    ["tr-002 Certificate one lives 2160 h and is renewed 2160 h before its end, so in every run: renew later."],
  ],
  [
    "no early renewal",
    () => [0, undefined].flatMap((earlyRenewalHours) => said(SIGNED, { ...leafProps, earlyRenewalHours })),
    Array(2).fill("tr-002 Certificate one is never renewed: its earlyRenewalHours is 0."),
  ],
  [
    "uses in camelCase",
    () => said(SIGNED, { ...leafProps, allowedUses: ["serverAuth"] }),
    [`tr-002 Certificate one has the use "serverAuth", which the tls provider refuses: give "server_auth".`],
  ],
  [
    "a root's key in a site",
    () => said(SECRET, secret("kube-system", "cilium-ca", { "ca.crt": good.certPem, "ca.key": good.keyPem })),
    ["tr-004 Secret kube-system/cilium-ca holds the key of the root CN=good: no site may have it."],
  ],
  [
    "a root's key in a block of YAML",
    () => {
      const block = `ca: |\n${`${good.certPem}${good.keyPem}`.replaceAll(/^/gm, "    ")}`;
      return said(SECRET, secret("shop", "values", { "values.yaml": block }));
    },
    ["tr-004 Secret shop/values holds the key of the root CN=good: no site may have it."],
  ],
  [
    "a root's key in a patch",
    () => said(`${SECRET}Patch`, secret("shop", "mine", { "ca.crt": good.certPem, "ca.key": good.keyPem })),
    ["tr-004 Secret shop/mine holds the key of the root CN=good: no site may have it."],
  ],
  [
    "a root's key in a list, whose other member holds a leaf's",
    () => {
      const texts = { "ca.crt": good.certPem, "ca.key": good.keyPem };
      const pair = secret("shop", "pair", { "tls.crt": own.certPem, "tls.key": own.keyPem, "ca.crt": good.certPem });
      return said(`${SECRET}List`, { items: [pair, secret("shop", "mine", texts), UNKNOWN] });
    },
    ["tr-004 Secret shop/mine holds the key of the root CN=good: no site may have it."],
  ],
  [
    "a bundle of an intermediate in a patch and in a list",
    () => [
      ...said(`${MAP}Patch`, bundle(good.certPem + below.certPem)),
      ...said(`${MAP}List`, { items: [bundle(good.certPem), bundle(below.certPem)] }),
    ],
    [
      "tr-003 kube-system/cilium-root-ca.crt, key ca.crt: certificate 2 (CN=below) is an intermediate, signed by CN=good: it would become a root of its own.",
      "tr-003 kube-system/cilium-root-ca.crt, key ca.crt: certificate 1 (CN=below) is an intermediate, signed by CN=good: it would become a root of its own.",
    ],
  ],
  [
    "an intermediate's key elsewhere",
    () => said(SECRET, secret("shop", "mine", { "tls.crt": below.certPem, "tls.key": below.keyPem })),
    [
      "tr-004 Secret shop/mine holds the key of the intermediate CN=below: it belongs in one of " +
        "cert-manager/multisite-site-ca, istio-system/cacerts, linkerd/linkerd-identity-issuer.",
    ],
  ],
  [
    "a bundle with its key",
    () => said(MAP, bundle(good.certPem + good.keyPem)),
    [
      "tr-003 kube-system/cilium-root-ca.crt, key ca.crt holds a private key: give certificates only.",
      "tr-004 ConfigMap kube-system/cilium-root-ca.crt holds the key of the root CN=good: no site may have it.",
    ],
  ],
  [
    "two active roots",
    () => said("multisite:index:Trust", trust([g1, { name: "g2", state: "active" }])),
    ["tr-005 generations: exactly one must be active; got 2 (g1, g2)."],
  ],
  [
    "a rotation that is not known",
    () => said("multisite:index:Trust", { plan: UNKNOWN }),
    ["tr-005 Trust one does not say its rotation in plain values, so it proves nothing."],
  ],
  [
    "a state that goes down with a site",
    () =>
      said(
        "multisite:index:Fleet",
        { spec: { sites: [{ name: "frankfurt", region: "eu-central-1" }] } },
        { settings: { stateRegion: "eu-central-1" } },
      ),
    ["tr-006 The state is in eu-central-1, the region of site frankfurt, whose loss it must survive."],
  ],
];

/** What other programs than ours write: other providers' authorities, charts, stores and custom resources. */
const KEY = "tls:index/privateKey:PrivateKey";
const AWS_CA = "aws:acmpca/certificateAuthority:CertificateAuthority";
const AWS_CERTIFICATE = "aws:acmpca/certificate:Certificate";
const GOOGLE_CA = "gcp:certificateauthority/authority:Authority";
const GOOGLE_CERTIFICATE = "gcp:certificateauthority/certificate:Certificate";
const CERT_MANAGER = "kubernetes:cert-manager.io/v1:Certificate";
const RELEASE = "kubernetes:helm.sh/v3:Release";
const TRUST_MANAGER = "kubernetes:trust.cert-manager.io/v1alpha1:Bundle";
const CLUSTER_BUNDLE = "kubernetes:certificates.k8s.io/v1beta1:ClusterTrustBundle";
const days = (value: number) => ({ validity: { type: "DAYS", value: String(value) } });
const leafTemplate = { templateArn: "arn:aws:acm-pca:::template/EndEntityCertificate/V1" };
const caTemplate = { templateArn: "arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0/V1" };
const inBase64 = (text: string) => Buffer.from(text).toString("base64");
const stranger = root("stranger");
const lastDay = intermediate(good, "last day");

const ELSEWHERE: readonly (readonly [string, string, object, Partial<JudgedResource>, readonly string[]])[] = [
  [
    "a curve that nobody gave",
    KEY,
    { algorithm: "ECDSA" },
    {},
    ["tr-007 Key one has no ecdsaCurve, which the provider takes for P224: give P256 or P384."],
  ],
  [
    "curve P224",
    KEY,
    { algorithm: "ECDSA", ecdsaCurve: "P224" },
    {},
    ["tr-007 Key one has ecdsaCurve P224: give P256 or P384."],
  ],
  [
    "RSA of 1024 bits",
    KEY,
    { algorithm: "RSA", rsaBits: 1024 },
    {},
    ["tr-007 Key one has rsaBits 1024: give 2048 or more."],
  ],
  [
    "a curve that is not known",
    KEY,
    { algorithm: "ECDSA", ecdsaCurve: UNKNOWN },
    {},
    ["tr-007 Key one: algorithm or ecdsaCurve is not known, so it proves nothing."],
  ],
  ["P256", KEY, { algorithm: "ECDSA", ecdsaCurve: "P256" }, {}, []],
  [
    "an unprotected authority of AWS",
    AWS_CA,
    {},
    { isProtected: false },
    ["tr-001 Authority one is not protected: a run that no longer lists it would delete its key."],
  ],
  [
    "an authority of Google that goes at once",
    GOOGLE_CA,
    { skipGracePeriod: true },
    {},
    ["tr-001 Authority one has skipGracePeriod on, so a deletion is at once and for ever: leave it off."],
  ],
  [
    "an authority of Google without the guard of its provider, which is protected",
    GOOGLE_CA,
    { deletionProtection: false },
    {},
    [],
  ],
  [
    "uses of a root in camelCase",
    SELF,
    { ...rootProps, allowedUses: ["certSigning"] },
    {},
    [`tr-001 Certificate one has the use "certSigning", which the tls provider refuses: give "cert_signing".`],
  ],
  [
    "a leaf of AWS of 399 days",
    AWS_CERTIFICATE,
    { ...leafTemplate, ...days(399) },
    {},
    ["tr-002 Leaf one lives 9576 h: give 9552 (398 days) or fewer."],
  ],
  ["a CA of AWS of 399 days", AWS_CERTIFICATE, { ...caTemplate, ...days(399) }, {}, []],
  [
    "a leaf of AWS until a day",
    AWS_CERTIFICATE,
    { ...leafTemplate, validity: { type: "END_DATE", value: "2099-01-01T00:00:00Z" } },
    { now: new Date("2097-01-01T00:00:00Z") },
    ["tr-002 Leaf one lives 17520 h: give 9552 (398 days) or fewer."],
  ],
  [
    "a leaf of Google of 399 days",
    GOOGLE_CERTIFICATE,
    { lifetime: "34473600s" },
    {},
    ["tr-002 Leaf one lives 9576 h: give 9552 (398 days) or fewer."],
  ],
  [
    "a leaf of Google that says no lifetime",
    GOOGLE_CERTIFICATE,
    {},
    {},
    ["tr-002 Certificate one: lifetime is not known, so it proves nothing."],
  ],
  [
    "a CA of Google",
    GOOGLE_CERTIFICATE,
    { lifetime: "63072000s", config: { x509Config: { caOptions: { isCa: true } } } },
    {},
    [],
  ],
  [
    "a leaf of cert-manager of 400 days",
    CERT_MANAGER,
    { spec: { duration: "9600h" } },
    {},
    ["tr-002 Leaf one lives 9600 h: give 9552 (398 days) or fewer."],
  ],
  [
    "one of cert-manager that is renewed at once",
    CERT_MANAGER,
    { spec: { duration: "24h30m", renewBefore: "48h" } },
    {},
    ["tr-002 Certificate one lives 24.5 h and is renewed 48 h before its end, so in every run: renew later."],
  ],
  ["one of cert-manager that says nothing", CERT_MANAGER, { spec: {} }, {}, []],
  [
    "an issuer that is no CA",
    SIGNED,
    { ...leafProps, caCertPem: own.certPem },
    {},
    ["tr-002 The issuer of one: certificate (CN=own) is no CA: give one with CA:TRUE."],
  ],
  [
    "an issuer of two blocks",
    SIGNED,
    { ...leafProps, caCertPem: good.certPem + below.certPem },
    {},
    ["tr-002 The issuer of one: certificate has 2 PEM blocks: give exactly one, the signer's."],
  ],
  [
    "an issuer with another's key",
    SIGNED,
    { ...leafProps, caPrivateKeyPem: stranger.keyPem },
    {},
    ["tr-002 The issuer of one: key is not the certificate's: give the pair."],
  ],
  [
    "an intermediate as issuer",
    SIGNED,
    { ...leafProps, caCertPem: lastDay.certPem, caPrivateKeyPem: lastDay.keyPem },
    {},
    [],
  ],
  [
    "Cilium's chart with the fleet's CA and its key",
    RELEASE,
    { values: { tls: { ca: { cert: inBase64(good.certPem), key: inBase64(good.keyPem) } } } },
    {},
    ["tr-004 The values of release one holds the key of the root CN=good: no site may have it."],
  ],
  [
    "Linkerd's chart with an intermediate among its anchors",
    RELEASE,
    { values: { identityTrustAnchorsPEM: good.certPem + below.certPem } },
    {},
    [
      "tr-003 Release one, value identityTrustAnchorsPEM: certificate 2 (CN=below) is an intermediate, signed by CN=good: it would become a root of its own.",
    ],
  ],
  [
    "a root's key in a store",
    "aws:secretsmanager/secretVersion:SecretVersion",
    { secretString: JSON.stringify({ certificate: good.certPem, key: good.keyPem }) },
    {},
    ["tr-004 Entry one holds the key of the root CN=good: no site may have it."],
  ],
  [
    "a site's own intermediate in a store",
    "gcp:secretmanager/secretVersion:SecretVersion",
    { secretData: JSON.stringify({ certificate: below.certPem, key: below.keyPem }) },
    {},
    [],
  ],
  [
    "trust-manager given one root by two sources",
    TRUST_MANAGER,
    { spec: { sources: [{ inLine: good.certPem }, { useDefaultCAs: true }, { inLine: good.certPem }] } },
    {},
    ["tr-003 Bundle one, inLine: certificate 2 (CN=good) is certificate 1 again: list each root once."],
  ],
  [
    "a ClusterTrustBundle with a leaf",
    CLUSTER_BUNDLE,
    { spec: { trustBundle: own.certPem } },
    {},
    ["tr-003 ClusterTrustBundle one: certificate 1 (CN=own) is no CA: a bundle holds roots only."],
  ],
  [
    "a trust stack whose state goes down with a site",
    "multisite:index:Trust",
    { plan: { rotation: { revision: 0, generations: [g1] }, sites: [{ site: "oslo", region: "eu-north-1" }] } },
    { settings: { keyRegion: "eu-north-1" } },
    ["tr-006 The key that encrypts the state is in eu-north-1, the region of site oslo, whose loss it must survive."],
  ],
  [
    "a state at the provider of a site, where that is the fault domain",
    "multisite:index:Fleet",
    { spec: { faultDomain: "provider", sites: [{ name: "frankfurt", kind: "eks", region: "eu-central-1" }] } },
    { settings: { stateRegion: "eu-north-1", stateProvider: "aws", keyRegion: "europe-north1" } },
    [
      "tr-006 The fleet's fault domain is a provider, and keyProvider is not set: say who runs what is in europe-north1.",
      "tr-006 The state is at aws, the provider of site frankfurt, whose loss it must survive.",
    ],
  ],
];

for (const [what, type, props, more, messages] of ELSEWHERE) {
  test(`of another program's making, ${what}: ${messages.length} violations`, () => {
    const found = said(type, props, more);
    assert.deepEqual(found, messages);
    assert.doesNotMatch(found.join("\n"), /BEGIN|MI[A-Za-z0-9+/]{20}/);
  });
}

for (const [what, judge, messages] of WRONG) {
  test(`${what} is a violation, and no message shows a key`, () => {
    const found = judge();
    assert.deepEqual(found, messages);
    assert.doesNotMatch(found.join("\n"), /BEGIN|MI[A-Za-z0-9+/]{20}/);
  });
}

test("a certificate that is there is judged by its own end, whatever one would be that is signed now", () => {
  const ends = (end: Date) => [{ type: SIGNED, props: { ...leafProps, validityEndTime: end.toISOString() } }];
  assert.deepEqual(saidAtEnd(ends(inYears(9.95)), inYears(9.9)), []);
  const [message = "", ...others] = saidAtEnd(ends(inYears(10.1)), inYears(9.9));
  assert.deepEqual(others, []);
  assert.match(message, /^tr-002 Certificate r0 ends \d{4}-\d\d-\d\d, after its issuer \(\d{4}-\d\d-\d\d\)/);
  // Before a run knows what it will sign with, nothing is said of any.
  assert.deepEqual(said(SIGNED, leafProps, { now: inYears(9.9) }), []);
});

test("a root that ends within two lives of what it signs is told, while no other is there", () => {
  const end = { validityEndTime: inYears(10).toISOString() };
  const old = { type: SELF, props: { ...rootProps, certPem: good.certPem, ...end } };
  const signed = {
    type: SIGNED,
    props: { ...leafProps, validityPeriodHours: 8760, validityEndTime: inYears(9).toISOString() },
  };
  const other = (validityEndTime: unknown) => ({
    type: SELF,
    props: { ...rootProps, certPem: "other", validityEndTime },
  });
  assert.deepEqual(saidAtEnd([old, signed], inYears(7.9)), []);
  const [message = "", ...others] = saidAtEnd([old, signed], inYears(8.1));
  assert.deepEqual(others, []);
  assert.match(
    message,
    /^tr-009 Root r0 ends \d{4}-\d\d-\d\d, before two more lives .* \(365 days each\): begin `multisite trust rotate`/,
  );
  for (const next of [UNKNOWN, inYears(18).toISOString()]) {
    assert.deepEqual(saidAtEnd([old, signed, other(next)], inYears(8.1)), []);
  }
  // A root that is older still, or signs nothing any more, changes nothing.
  assert.equal(saidAtEnd([old, signed, other(inYears(9).toISOString())], inYears(8.1)).length, 1);
  assert.deepEqual(saidAtEnd([old], inYears(9.9)), []);
});

test("an intermediate, a leaf and a duplicate in a bundle are three violations", () => {
  const pem = [good, below, own, good].map(({ certPem }) => certPem).join("");
  const found = said(MAP, bundle(pem));
  assert.equal(found.length, 3, found.join("\n"));
});

test("a certificate that would outlive its issuer is refused with both days", () => {
  const [message] = saidAtEnd([{ type: SIGNED, props: { ...leafProps, validityEndTime: UNKNOWN } }], inYears(9.9));
  assert.match(
    message!,
    /^tr-002 Certificate r0, signed now, would end \d{4}-\d\d-\d\d, after its issuer \(\d{4}-\d\d-\d\d\)/,
  );
});
