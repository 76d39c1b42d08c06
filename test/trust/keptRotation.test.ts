import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { TrustRotation } from "../../lib/plan/trustPhases";
import { withExpelled, withIssued, withNext, withOnly, withReturned } from "../../lib/plan/trustPhases/data";
import type { ExportedSite } from "../../lib/trust/exports";
import type { SigningRequestOut } from "../../lib/trust/trust";
import { signRequest } from "../../rehearsal/clouds/tls/x509";
import type { Deployment } from "../../rehearsal/engine";
import { root as rootOf } from "./certificates";
import { openedState } from "./given";
import { SITES, STEADY, trustStack } from "./program";
import { errors, namesOf, unprotected, updated } from "./updates";

const CA_POOL = "projects/shop-trust/locations/europe-north1/caPools/shop";

for (const [keeper, root, types] of [
  [
    "awsPrivateCa",
    { account: "111122223333", region: "eu-north-1" },
    ["aws:acmpca/certificateAuthority:CertificateAuthority"],
  ],
  [
    "googleCas",
    { caPool: CA_POOL },
    ["gcp:certificateauthority/authority:Authority", "gcp:certificateauthority/caPool:CaPool"],
  ],
] as const) {
  test(`${keeper}: a root that was made is withdrawn once it is not protected, and no guard of the provider is left`, async (t) => {
    const { dir, take } = trustStack(t, { hubble: false, roots: { g1: { keeper, ...root } } });
    const first = await updated(dir, undefined);
    assert.deepEqual(errors(first.result), []);
    take(withOnly(STEADY, "g2"));
    const refused = await updated(dir, first.left);
    assert.match(errors(refused.result).join("\n"), /root-g1" cannot be deleted\s+because it is protected/);
    const { result, left } = await updated(dir, unprotected(refused.left, "root-g1"));
    assert.deepEqual(errors(result), []);
    for (const type of types) assert.deepEqual(namesOf(left, type), []);
  });
}

/** Roots that are kept beside a safe, as a team has made them; what is signed with them goes under `signed/`. */
function safe(dir: string, ...names: string[]) {
  const roots = Object.fromEntries(names.map((name) => [name, rootOf(name)]));
  for (const [name, { certPem }] of Object.entries(roots)) writeFileSync(join(dir, `${name}.pem`), certPem);
  mkdirSync(join(dir, "signed"));
  return {
    /** Signs all that is asked for of a generation. */
    sign(requests: Requests, name: string, start = new Date()): string[] {
      const asked = Object.values(requests).filter(({ name: of }) => of.includes(`-${name}-`));
      for (const { name: of, request, days, extensions } of asked) {
        const uses = Object.entries(USES).flatMap(([text, use]) => (extensions.includes(text) ? [use] : []));
        const terms = { ...TERMS, allowedUses: uses, hours: days * 24 };
        const { certPem } = signRequest(request, roots[name]!.certPem, roots[name]!.key, terms, start);
        writeFileSync(join(dir, "signed", `${of}.pem`), certPem);
      }
      return asked.map(({ name: of }) => of);
    },
  };
}

type Requests = { readonly [certificate: string]: SigningRequestOut };
const USES = {
  digitalSignature: "digital_signature",
  keyEncipherment: "key_encipherment",
  serverAuth: "server_auth",
  clientAuth: "client_auth",
};
const TERMS = { isCa: false, maxPathLength: undefined, setSubjectKeyId: true, setAuthorityKeyId: true };

/** What a trust stack leaves, in clear. */
function outputs(left: Deployment) {
  const stack = openedState(left).find(({ type }) => type === "pulumi:pulumi:Stack");
  return stack!.outputs as { readonly sites: { readonly [site: string]: string }; readonly requests: Requests };
}

/** The root that each site's certificates come from, by the site's own material. */
function issuers(left: Deployment): { readonly [site: string]: string } {
  return Object.fromEntries(
    Object.entries(outputs(left).sites).map(([site, text]) => {
      const { pairs } = JSON.parse(text) as ExportedSite;
      const names = Object.values(pairs).map(({ certificate }) => new X509Certificate(certificate).issuer);
      return [site, [...new Set(names)].join()];
    }),
  );
}

const ALL_OF = (name: string, but: { readonly [site: string]: string } = {}) => ({
  ...Object.fromEntries(SITES.map((site) => [site, `CN=${name}`])),
  ...but,
});

test("offline: a rotation takes nothing from a site before the new is signed, and gives the old back without the safe", async (t) => {
  const { dir, take } = trustStack(t, {
    hubble: false,
    roots: { g1: { keeper: "offline" }, g2: { keeper: "offline" } },
  });
  const { sign } = safe(dir, "g1", "g2");
  let { result, left } = await updated(dir, undefined);
  const run = async () => {
    ({ result, left } = await updated(dir, left));
    assert.deepEqual(errors(result), []);
    return result.diagnostics.filter(({ severity }) => severity === "warning").map(({ message }) => message.trim());
  };
  assert.deepEqual([errors(result), issuers(left)], [[], {}], "nobody has signed anything yet");
  assert.equal(sign(outputs(left).requests, "g1").length, 3 * 4);
  await run();
  assert.deepEqual([issuers(left), outputs(left).requests], [ALL_OF("g1"), {}]);

  const distributed = withNext(STEADY, "g2");
  take(distributed);
  await run();
  assert.deepEqual(issuers(left), ALL_OF("g1"));
  const ahead = outputs(left).requests;
  assert.equal(Object.keys(ahead).length, 3 * 4, "all of the next root's are asked for ahead");

  const subject = (rotation: TrustRotation) => ({
    rotation,
    sites: SITES.map((name) => ({ name, state: "active" as const })),
  });
  const issued = withIssued(subject(distributed), "oslo");
  take(issued);
  const kept = /Site oslo keeps its certificates from root g1 until all of those from g2 are signed by hand/;
  assert.match((await run()).join("\n"), kept);
  assert.deepEqual(issuers(left), ALL_OF("g1"));
  assert.equal((JSON.parse(outputs(left).sites.oslo!) as ExportedSite).revision, issued.revision);

  sign(ahead, "g2");
  assert.doesNotMatch((await run()).join("\n"), kept);
  assert.deepEqual(issuers(left), ALL_OF("g1", { oslo: "CN=g2" }));

  take(withReturned(issued));
  await run();
  assert.deepEqual(issuers(left), ALL_OF("g1"), "back, by what was signed then");
});

test("offline: a site keeps what a root in the state has signed, too, as long as the next root's is not there", async (t) => {
  const { dir, take } = trustStack(t, { hubble: false, roots: { g2: { keeper: "offline" } } });
  safe(dir, "g2");
  const first = await updated(dir, undefined);
  const distributed = withNext(STEADY, "g2");
  take({ ...distributed, issuedByNext: ["oslo"], nextWasIssued: true, revision: 2 });
  const { result, left } = await updated(dir, first.left);
  assert.deepEqual(errors(result), []);
  const pairs = ({ left: state }: { readonly left: Deployment }) =>
    (JSON.parse(outputs(state).sites.oslo!) as ExportedSite).pairs;
  assert.deepEqual(pairs({ left }), pairs(first));
  assert.equal(Object.keys(outputs(left).requests).length, 3 * 4);
});

test("offline: what is due or has ended is kept and asked for again, and what nobody asks for holds nothing up", async (t) => {
  const { dir, take } = trustStack(t, { hubble: false, roots: { g1: { keeper: "offline" } } });
  const { sign } = safe(dir, "g1");
  const first = await updated(dir, undefined);
  const { requests } = outputs(first.left);
  const of = (site: string) => Object.fromEntries(Object.entries(requests).filter(([name]) => name.startsWith(site)));
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
  sign(of("oslo"), "g1", daysAgo(80));
  sign(of("turin"), "g1", daysAgo(150));
  sign(of("vienna"), "g1");
  take({ ...withExpelled(STEADY, "vienna"), changedAt: new Date().toISOString() });
  const { result, left } = await updated(dir, first.left);
  assert.deepEqual(errors(result), []);
  assert.deepEqual(issuers(left), { oslo: "CN=g1", turin: "CN=g1" });
  assert.deepEqual(Object.keys(outputs(left).requests).sort(), Object.keys({ ...of("oslo"), ...of("turin") }).sort());
  assert.deepEqual(outputs(left).requests["oslo-g1-mesh-server"], requests["oslo-g1-mesh-server"]);
  const said = result.diagnostics.map(({ message }) => message).join("\n");
  assert.match(said, /turin-g1-mesh-server is due: have its request signed again by root g1/);
  assert.match(said, /nothing is to be signed by g1 under vienna-g1-mesh-admin, /);
});
