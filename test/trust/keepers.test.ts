import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { certificatesOf, isSelfSigned } from "../../lib/plan/trust/bundle";
import { constraintsOf } from "../../lib/plan/trust/extensions";
import { CHAINS, type ChainPart, KEEPERS } from "../../lib/plan/trust/keepers";
import type { RootKeeper } from "../../lib/plan/trust/spec";
import type { ExportedSite } from "../../lib/trust/exports";
import type { SigningRequestOut } from "../../lib/trust/trust";
import { simulatedClouds } from "../../rehearsal/clouds";
import { plain } from "../../rehearsal/clouds/wire";
import { openSession, resourcesOf, type Session } from "../../rehearsal/engine";

const PROGRAM = join(__dirname, "../programs/keepers");
const SITES = ["oslo", "bergen"] as const;
/** Generations of the program, by where their roots are. */
const GENERATIONS: Readonly<Record<string, RootKeeper>> = {
  instate: "state",
  brought: "supplied",
  offline: "offline",
  awsgiven: "awsPrivateCa",
  awsmade: "awsPrivateCa",
  casgiven: "googleCas",
  casmade: "googleCas",
};
const LEAVES = {
  meshServer: "sslserver",
  meshAdmin: "sslclient",
  meshRemote: "sslclient",
  meshLocal: "sslclient",
} as const;
const SIGNERS = ["certManager", "istio", "linkerd"] as const;

let folder = "";
let session: Session;
const sources = [simulatedClouds({ moduleRoots: [PROGRAM] })];
let requests: { readonly [name: string]: SigningRequestOut };
const exported = new Map<string, { readonly [site: string]: ExportedSite }>();
let keys: readonly KeyObject[] = [];

function openssl(...args: string[]): string {
  return execFileSync("openssl", args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** The stack's outputs in clear: what a site's stack would decrypt. */
function outputs(): { readonly [name: string]: unknown } {
  const stack = resourcesOf(session).find(({ type }) => type === "pulumi:pulumi:Stack");
  return plain(stack?.outputs ?? {}) as { [name: string]: unknown };
}

/** A root that a team has made for itself. */
function makeRoot(name: string): void {
  const subject = ["-subj", `/O=shop.example.com/CN=${name}`, "-days", "3650", "-sha384"];
  const limits = ["basicConstraints=critical,CA:TRUE,pathlen:1", "keyUsage=critical,keyCertSign,cRLSign"];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp384r1", "-nodes"];
  const files = ["-keyout", `${name}.key`, "-out", `${name}.pem`];
  openssl("req", "-x509", ...curve, ...files, ...subject, ...limits.flatMap((one) => ["-addext", one]));
}

/** Signs what the first run asked for, as a person would beside a safe. */
function signByHand(): void {
  mkdirSync(join(folder, "signed"));
  for (const { name, request, extensions, days } of Object.values(requests)) {
    writeFileSync(join(folder, "one.csr"), request);
    writeFileSync(join(folder, "one.ext"), extensions);
    const how = [
      "-CA",
      "offline.pem",
      "-CAkey",
      "offline.key",
      "-extfile",
      "one.ext",
      "-days",
      String(days),
      "-sha384",
    ];
    openssl("x509", "-req", "-in", "one.csr", ...how, "-out", `signed/${name}.pem`);
  }
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "multisite-keepers-"));
  for (const name of ["brought", "offline"]) makeRoot(name);
  const policyPacks = [{ dir: join(__dirname, "../../dist/policy") }];
  session = await openSession({ projectDir: PROGRAM, sources, config: { folder }, passphrase: "trust", policyPacks });
  const first = await session.up();
  assert.equal(first.exit, 0, JSON.stringify(first.diagnostics));
  assert.deepEqual(outputs().offline, {}, "no site gets a part of what it needs");
  requests = outputs()["offline-requests"] as typeof requests;
  signByHand();
  const second = await session.up();
  assert.equal(second.exit, 0, JSON.stringify(second.diagnostics));
  for (const generation of Object.keys(GENERATIONS)) {
    const texts = outputs()[generation] as { [site: string]: string };
    exported.set(generation, Object.fromEntries(SITES.map((site) => [site, JSON.parse(texts[site]!) as ExportedSite])));
  }
  keys = privateKeys();
});
after(async () => {
  await session.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Every private key that the state holds, in clear. */
function privateKeys(): KeyObject[] {
  const found = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value === "string" && /^-----BEGIN ([A-Z]+ )?PRIVATE KEY/.test(value)) found.add(value);
    else if (typeof value === "object" && value !== null) for (const inner of Object.values(value)) walk(inner);
  };
  for (const { inputs, outputs: made } of resourcesOf(session)) walk(plain([inputs, made]));
  return [...found].filter((pem) => !pem.includes("OPENSSH")).map((pem) => createPrivateKey(pem));
}

function verify(chain: string, roots: string, ...more: string[]): void {
  const [own, ...sent] = certificatesOf(chain, "The chain").map((one) => one.toString());
  for (const [name, pem] of Object.entries({ own, sent: sent.join(""), roots }))
    writeFileSync(join(folder, name), pem!);
  const untrusted = sent.length > 0 ? ["-untrusted", "sent"] : [];
  const args = ["verify", "-x509_strict", "-CAfile", "roots", ...untrusted, ...more, "own"];
  const ran = spawnSync("openssl", args, { cwd: folder, encoding: "utf8" });
  assert.equal(ran.status, 0, ran.stdout + ran.stderr);
}

/** A chain in the words of the table. */
function partsOf(chain: string): ChainPart[] {
  return certificatesOf(chain, "The chain").map((one) =>
    isSelfSigned(one) ? "root" : one.ca ? "intermediate" : "leaf",
  );
}

for (const [generation, keeper] of Object.entries(GENERATIONS)) {
  describe(`${generation}: a root kept by ${keeper}`, () => {
    it("has OpenSSL verify every leaf of each site for its purpose, by the roots of the other", () => {
      const [oslo, bergen] = SITES.map((site) => exported.get(generation)![site]!);
      for (const [own, other] of [
        [oslo!, bergen!],
        [bergen!, oslo!],
      ]) {
        for (const [role, purpose] of Object.entries(LEAVES)) {
          const { certificate, key } = own!.pairs[role as keyof typeof LEAVES]!;
          verify(certificate, other!.roots, "-purpose", purpose);
          assert.deepEqual(partsOf(certificate), CHAINS.cilium);
          assert.ok(new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key)), role);
        }
      }
    });

    it("has OpenSSL verify every site's CA and what it signs, with the path length of the table", () => {
      for (const site of SITES) {
        const { pairs, roots } = exported.get(generation)![site]!;
        for (const signer of SIGNERS) {
          const { certificate } = pairs[signer]!;
          verify(certificate, roots);
          assert.deepEqual(
            partsOf(certificate),
            CHAINS[signer].filter((part) => part !== "root"),
          );
          const [own] = certificatesOf(certificate, "The chain");
          assert.equal(constraintsOf(own!).pathLength, KEEPERS[keeper].sitePathLength);
        }
      }
      const { pairs, roots } = exported.get(generation)!.oslo!;
      verify(issuedBelow(pairs.certManager!), roots);
    });

    it("leaves in the state the keys that the table says", () => {
      const { pairs, roots } = exported.get(generation)!.oslo!;
      const held = (pem: string) => keys.some((key) => new X509Certificate(pem).checkPrivateKey(key));
      const found = [
        ...(held(roots) ? ["root"] : []),
        ...(SIGNERS.every((signer) => held(pairs[signer]!.certificate)) ? ["intermediates"] : []),
        ...(Object.keys(LEAVES).every((role) => held(pairs[role as keyof typeof LEAVES]!.certificate))
          ? ["leaves"]
          : []),
      ];
      assert.deepEqual(found, KEEPERS[keeper].keysInState);
    });
  });
}

/** What a site's CA signs for a workload, with the chain that is sent along. */
function issuedBelow({ certificate, key }: { readonly certificate: string; readonly key: string }): string {
  writeFileSync(join(folder, "ca.pem"), certificate);
  writeFileSync(join(folder, "ca.key"), key);
  writeFileSync(
    join(folder, "pod.ext"),
    "basicConstraints=critical,CA:FALSE\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n",
  );
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl("req", "-new", ...curve, "-keyout", "pod.key", "-out", "pod.csr", "-subj", "/CN=pod");
  const by = ["-CA", "ca.pem", "-CAkey", "ca.key", "-extfile", "pod.ext", "-days", "1"];
  return openssl("x509", "-req", "-in", "pod.csr", ...by) + certificate;
}

const SIGNED_BY = {
  instate: "tls:index/locallySignedCert:LocallySignedCert",
  awsmade: "aws:acmpca/certificate:Certificate",
  casmade: "gcp:certificateauthority/certificate:Certificate",
} as const;

/** What a run replaces, but clocks, where the state says one more thing of the certificates of some generations. */
async function replacedWhere(generations: readonly string[], said: object): Promise<string[]> {
  const state = structuredClone(session.deployment());
  const meant = new RegExp(`::(oslo|bergen)-(${generations.join("|")})-mesh-remote$`);
  for (const { urn, outputs: made } of state.deployment.resources ?? []) {
    if (meant.test(urn) && typeof made === "object" && made !== null && "validityEndTime" in made)
      Object.assign(made, said);
  }
  const later = await openSession({ projectDir: PROGRAM, sources, config: { folder }, passphrase: "trust", state });
  try {
    const { exit, steps } = await later.preview();
    assert.equal(exit, 0);
    const changed = steps.filter(({ op }) => op !== "same" && op !== "read");
    assert.deepEqual([...new Set(changed.map(({ urn }) => /-mesh-remote$/.test(urn) || urn))], [true]);
    const replaced = new Set(changed.filter(({ op }) => op === "replace").map(({ urn }) => urn.split("$").at(-1)!));
    return [...replaced].filter((one) => !one.startsWith("tls:index/selfSignedCert")).sort();
  } finally {
    await later.close();
  }
}

function meshRemotesOf(generations: readonly (keyof typeof SIGNED_BY)[]): string[] {
  const names = (generation: keyof typeof SIGNED_BY) =>
    SITES.map((site) => `${SIGNED_BY[generation]}::${site}-${generation}-mesh-remote`);
  return generations.flatMap(names).sort();
}

it("what is due is signed anew, by the services as well as by the tls provider, and nothing else changes", async () => {
  const generations = ["instate", "awsmade", "casmade"] as const;
  const replaced = await replacedWhere(generations, { validityEndTime: new Date().toISOString() });
  assert.deepEqual(replaced, meshRemotesOf(generations));
});

it("what a run did not come to sign after its clock was made anew is signed by the next one", async () => {
  const services = ["awsmade", "casmade"] as const;
  const replaced = await replacedWhere(services, { validityStartTime: new Date().toISOString() });
  assert.deepEqual(replaced, meshRemotesOf(services));
});

it("another address of a mesh API is signed, by Google's service under another name", async () => {
  const moved = { folder, address: "198.51.101.1" };
  const state = session.deployment();
  const later = await openSession({ projectDir: PROGRAM, sources, config: moved, passphrase: "trust", state });
  try {
    const { exit, diagnostics } = await later.up();
    assert.equal(exit, 0, JSON.stringify(diagnostics));
    for (const generation of ["casgiven", "casmade"]) {
      const server = (of: Session) => {
        const found = resourcesOf(of).find(({ urn }) => urn.endsWith(`Certificate::oslo-${generation}-mesh-server`));
        return found!.outputs as { readonly name: string; readonly pemCertificate: string };
      };
      assert.notEqual(server(later).name, server(session).name);
      assert.match(String(new X509Certificate(server(later).pemCertificate).subjectAltName), /198\.51\.101\.1\b/);
    }
  } finally {
    await later.close();
  }
});

it("no message, state text or output in clear shows a key", () => {
  const text = JSON.stringify(session.deployment());
  assert.doesNotMatch(text, /BEGIN [A-Z ]*PRIVATE KEY/);
});
