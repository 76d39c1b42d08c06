import assert from "node:assert/strict";
import { test } from "node:test";
import { UNKNOWN } from "pulumi-multisite/plan";
import { trustRules } from "../../policy/trust";
import type { JudgedResource } from "../../policy/trust/trustRule";
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
  const resource = { name: "one", type, props: { ...props }, isProtected: true, settings: {}, now: NOW, ...more };
  return trustRules
    .filter(({ types }) => types.includes(type))
    .flatMap((rule) => rule.judge(resource).map((message) => `${rule.name.slice(0, 6)} ${message}`));
}

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
    ["tr-003 kube-system/cilium-root-ca.crt, key ca.crt holds a private key: give certificates only."],
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

for (const [what, judge, messages] of WRONG) {
  test(`${what} is a violation, and no message shows a key`, () => {
    const found = judge();
    assert.deepEqual(found, messages);
    assert.doesNotMatch(found.join("\n"), /BEGIN|MI[A-Za-z0-9+/]{20}/);
  });
}

test("an intermediate, a leaf and a duplicate in a bundle are three violations", () => {
  const pem = [good, below, own, good].map(({ certPem }) => certPem).join("");
  const found = said(MAP, bundle(pem));
  assert.equal(found.length, 3, found.join("\n"));
});

test("a certificate that would outlive its issuer is refused with both days", () => {
  const late = new Date(NOW.getTime() + 9.9 * 365 * 86_400_000);
  const [message] = said(SIGNED, leafProps, { now: late });
  assert.match(
    message!,
    /^tr-002 Certificate one, signed now, would end \d{4}-\d\d-\d\d, after its issuer \(\d{4}-\d\d-\d\d\)/,
  );
});
