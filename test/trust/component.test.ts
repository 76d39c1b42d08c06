import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { existing, Fleet, type FleetArgs, type TrustSpec } from "../../lib";
import { fleetPlan } from "../../lib/plan";
import { bundleHash, certificatesOf } from "../../lib/plan/trust/bundle";
import { builtTrust, offlineSigner, suppliedSigner, Trust } from "../../lib/tls";
import { deliveredTrust, readExport } from "../../lib/trust/exports";
import { type Graph, isSecret, type Registered, record } from "../support/graph";
import { existingSite, fleetSpec } from "../support/specs";
import { intermediate, root } from "./certificates";
import { plain, signingOutputs } from "./signingMocks";

const SECRET = "kubernetes:core/v1:Secret";
const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
const trust: TrustSpec = { trustDomain: "shop.example.com", signers: ["certManager", "istio", "linkerd"] };
const sites = [
  existingSite("oslo", 1),
  existingSite("bergen", 2, {
    cidrs: { nodes: ["192.168.32.0/24"], pods: ["172.26.0.0/16"], services: ["172.27.0.0/16"] },
  }),
];
const kubeconfigs = { oslo: "of/oslo", bergen: "of/bergen" };

function fleet(more: Partial<FleetArgs> = {}, of: TrustSpec | undefined = trust): () => void {
  const spec = fleetSpec(sites, of && { trust: of });
  return () => void new Fleet("shop", { spec, kinds: [existing], kubeconfigs, trust: builtTrust(), ...more });
}

const made = (program: () => void): Promise<Graph> => record(program, { outputs: signingOutputs });

/** Texts of a Secret or ConfigMap. */
function texts({ type, inputs }: Registered): { [key: string]: string } {
  const data = plain(inputs.data) as { [key: string]: string };
  if (type === CONFIG_MAP) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]));
}

/** What OpenSSL says of a chain: the leaf, what is sent along, and the roots that are trusted. */
function openssl(pem: string, roots: string, ...more: string[]): { status: number | null; text: string } {
  const folder = mkdtempSync(join(tmpdir(), "multisite-openssl-"));
  try {
    const blocks = certificatesOf(pem, "The chain").map((one) => one.toString());
    const files = { leaf: blocks[0]!, sent: blocks.slice(1).join(""), roots };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const sent = blocks.length > 1 ? ["-untrusted", "sent"] : [];
    const run = spawnSync("openssl", ["verify", "-x509_strict", "-CAfile", "roots", ...sent, ...more, "leaf"], {
      cwd: folder,
      encoding: "utf8",
    });
    return { status: run.status, text: run.stdout + run.stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

let graph: Graph;
before(async () => {
  graph = await made(fleet());
});

const LEAVES: readonly (readonly [string, string])[] = [
  ["clustermesh-apiserver-server-cert", "sslserver"],
  ["clustermesh-apiserver-admin-cert", "sslclient"],
  ["clustermesh-apiserver-remote-cert", "sslclient"],
  ["clustermesh-apiserver-local-cert", "sslclient"],
  ["hubble-server-certs", "sslserver"],
  ["hubble-relay-client-certs", "sslclient"],
];

for (const [name, purpose] of LEAVES) {
  test(`OpenSSL verifies ${name} of each site for its purpose, by the roots of the other`, () => {
    for (const [site, other] of [
      ["oslo", "bergen"],
      ["bergen", "oslo"],
    ]) {
      const object = texts(graph.one(SECRET, `${site}-${name}`));
      const roots = texts(graph.one(CONFIG_MAP, `${other}-cilium-root-ca.crt`))["ca.crt"]!;
      const verdict = openssl(object["tls.crt"]!, roots, "-purpose", purpose);
      assert.equal(verdict.status, 0, verdict.text);
      assert.ok(new X509Certificate(object["tls.crt"]!).checkPrivateKey(createPrivateKey(object["tls.key"]!)));
    }
  });
}

test("what each signer gets verifies, and has the form that it reads", () => {
  const roots = texts(graph.one(CONFIG_MAP, "oslo-cilium-root-ca.crt"))["ca.crt"]!;
  const certManager = texts(graph.one(SECRET, "oslo-multisite-site-ca"));
  const istio = texts(graph.one(SECRET, "oslo-cacerts"));
  const linkerd = texts(graph.one(SECRET, "oslo-linkerd-identity-issuer"));
  assert.equal(certificatesOf(certManager["tls.crt"]!, "chain").length, 2, "up to the root");
  assert.deepEqual(Object.keys(istio).sort(), ["ca-cert.pem", "ca-key.pem", "cert-chain.pem", "root-cert.pem"]);
  for (const chain of [certManager["tls.crt"]!, istio["cert-chain.pem"]!, linkerd["tls.crt"]!]) {
    const verdict = openssl(chain, roots);
    assert.equal(verdict.status, 0, verdict.text);
    const authority = new X509Certificate(chain);
    assert.ok(authority.ca);
    assert.equal(authority.publicKey.asymmetricKeyDetails?.namedCurve, "prime256v1");
    assert.equal(authority.subjectAltName, "URI:spiffe://shop.example.com");
  }
});

test("a bundle holds roots, and nothing that a root has signed", () => {
  for (const one of graph.all(CONFIG_MAP).filter(({ name }) => !name.endsWith("trust-record"))) {
    for (const certificate of Object.values(texts(one)).flatMap((pem) => certificatesOf(pem, one.name))) {
      assert.equal(certificate.subject, certificate.issuer);
      assert.ok(certificate.ca);
    }
  }
});

test("no site is given a root's key, and every key is a secret on its way", () => {
  const [rootKey] = graph.all("tls:index/privateKey:PrivateKey").filter(({ name }) => name === "root-g1");
  assert.equal(rootKey?.protect, true);
  for (const one of graph.all(SECRET)) {
    assert.ok(isSecret(one.inputs.data), one.name);
    const keys = Object.values(texts(one)).filter((text) => text.includes("PRIVATE KEY"));
    for (const key of keys) assert.equal(createPrivateKey(key).asymmetricKeyDetails?.namedCurve, "prime256v1");
  }
});

test("the record is written last, and says which roots the bundle holds", () => {
  const written = graph.one(CONFIG_MAP, "oslo-trust-record");
  const read = JSON.parse(texts(written)["record.json"]!) as { generations: object; bundles: string[] };
  const pem = texts(graph.one(CONFIG_MAP, "oslo-cilium-root-ca.crt"))["ca.crt"]!;
  const print = new X509Certificate(pem).fingerprint256.replaceAll(":", "").toLowerCase();
  assert.deepEqual(read.generations, { g1: print });
  for (const { urn, name } of graph.all(SECRET).filter(({ name }) => name.startsWith("oslo")))
    assert.ok(written.dependsOn.includes(urn), name);
});

test("while a root is exchanged one site issues from the next, and each verifies the other", async () => {
  const rotation: TrustSpec["rotation"] = {
    revision: 2,
    generations: [
      { name: "g1", state: "active" },
      { name: "g2", state: "next" },
    ],
    issuedByNext: ["bergen"],
    nextWasIssued: true,
  };
  const both = await made(fleet({}, { ...trust, rotation }));
  const roots = texts(both.one(CONFIG_MAP, "oslo-cilium-root-ca.crt"))["ca.crt"]!;
  const only = certificatesOf(roots, "roots").map((one) => one.toString());
  assert.equal(only.length, 2);
  const server = (site: string) => texts(both.one(SECRET, `${site}-clustermesh-apiserver-server-cert`))["tls.crt"]!;
  const verdicts = ["oslo", "bergen"].map((site) => only.map((one) => openssl(server(site), one).status === 0));
  assert.deepEqual(verdicts, [
    [true, false],
    [false, true],
  ]);
  for (const site of ["oslo", "bergen"]) assert.equal(openssl(server(site), roots).status, 0);
});

test("in a mesh, trust is what sites prove themselves with, and every object is written once", async () => {
  const endpoints = (address: string) => ({ endpoints: { mesh: [address] } });
  const [oslo, bergen] = sites.map((site, index) => ({
    ...site,
    ...endpoints(["192.168.16.9", "192.168.32.9"][index]!),
  }));
  const spec = fleetSpec([oslo!, bergen!], { trust, mesh: { mtuBytes: 1370 } });
  const meshed = await made(
    () => void new Fleet("shop", { spec, kinds: [existing], kubeconfigs, trust: builtTrust() }),
  );
  const urns = meshed.resources.map(({ urn }) => urn);
  assert.equal(new Set(urns).size, urns.length);
  const remote = texts(meshed.one(SECRET, "oslo-clustermesh-apiserver-remote-cert"));
  const roots = texts(meshed.one(CONFIG_MAP, "bergen-cilium-root-ca.crt"))["ca.crt"]!;
  assert.equal(openssl(remote["tls.crt"]!, roots, "-purpose", "sslclient").status, 0);
  assert.ok(meshed.one(SECRET, "oslo-hubble-server-certs"));
});

test("the hash that rolls pods goes by what is trusted, not by how it is written", () => {
  const [a, b] = [root("a").certPem, root("b").certPem];
  assert.equal(bundleHash(a + b), bundleHash(`${b}\n\n${a}`));
  assert.notEqual(bundleHash(a), bundleHash(a + b));
});

test("a trust stack of its own leaves the same for the sites as one program makes", async () => {
  const plan = fleetPlan(fleetSpec(sites, { trust })).trust!;
  const left: { [site: string]: string } = {};
  await made(() => {
    const { exports } = new Trust("shop", { plan });
    for (const [site, text] of Object.entries(exports)) text.apply((json) => (left[site] = json));
  });
  const apart = await made(fleet({ trust: deliveredTrust((site) => left[site]!) }));
  assert.deepEqual(apart.all("tls:index/privateKey:PrivateKey"), []);
  const roots = texts(apart.one(CONFIG_MAP, "oslo-cilium-root-ca.crt"))["ca.crt"]!;
  const object = apart.one(SECRET, "bergen-clustermesh-apiserver-remote-cert");
  assert.ok(isSecret(object.inputs.data));
  assert.equal(openssl(texts(object)["tls.crt"]!, roots).status, 0);
  const keys = Object.values(left).flatMap((text) => text.match(/BEGIN [A-Z ]*PRIVATE KEY/g) ?? []);
  assert.equal(keys.length, 2 * (6 + 3), "leaves and intermediates, and no root's");
});

test("a delivery that is none, or of another revision, is refused: the site would say that it was built from this one", async () => {
  const left: { [site: string]: string } = {};
  await made(() => {
    const { exports } = new Trust("shop", { plan: fleetPlan(fleetSpec(sites, { trust })).trust! });
    for (const [site, text] of Object.entries(exports)) text.apply((json) => (left[site] = json));
  });
  const now = new Date();
  const whole = readExport("oslo", left.oslo!, 0, now);
  assert.equal(Object.keys(whole.pairs).length, 6 + 3);
  assert.throws(
    () => readExport("oslo", left.oslo!, 1, now),
    /site "oslo" is of revision 0 .* at 1: run the trust stack/,
  );
  assert.throws(
    () => readExport("oslo", undefined, 0, now),
    /The trust stack left nothing for site "oslo": run the trust stack with the same spec first\./,
  );
  const below = intermediate(root("a root"), "an intermediate").certPem;
  const odd = JSON.stringify({ ...whole, roots: below + whole.roots });
  assert.throws(
    () => readExport("oslo", odd, 0, now),
    /oslo may not be trusted:\n +certificate 1 .*is an intermediate/,
  );
  for (const text of [
    "S3CR3T",
    '"S3CR3T"',
    "null",
    '{"roots":"S3CR3T"}',
    '{"revision":0,"roots":"S3CR3T","pairs":{}}',
  ]) {
    assert.throws(
      () => readExport("oslo", text, 0, now),
      ({ message }: Error) => /oslo/.test(message) && !message.includes("S3CR3T"),
    );
  }
});

test("a root that the team brings signs, and one that is none is refused without a word of its key", async () => {
  const brought = root("brought");
  const supplied: TrustSpec = { trustDomain: "shop.example.com", roots: { g1: { keeper: "supplied" } } };
  const given = { certificate: brought.certPem, key: brought.keyPem };
  const ours = await made(fleet({ trust: builtTrust({ g1: suppliedSigner(given) }) }, supplied));
  const object = texts(ours.one(SECRET, "oslo-clustermesh-apiserver-server-cert"));
  assert.equal(openssl(object["tls.crt"]!, brought.certPem).status, 0);
  assert.deepEqual(ours.all("tls:index/selfSignedCert:SelfSignedCert"), []);
});

test("a program has one trust with roots of a name: a second one is refused before anything of it is declared", async () => {
  const plan = (name: string, generations?: NonNullable<TrustSpec["rotation"]>["generations"]) => {
    const rotation = generations && { rotation: { revision: 0, generations } };
    return fleetPlan(fleetSpec(sites, { trust: { trustDomain: `${name}.example.com`, ...rotation } })).trust!;
  };
  const graph = await made(() => {
    new Trust("shop", { plan: plan("shop") });
    new Trust("mail", { plan: plan("mail", [{ name: "m1", state: "active" }]) });
    assert.throws(
      () => new Trust("blog", { plan: plan("blog") }),
      /^Error: Trust "blog" cannot be built:\n {2}Trust "shop" of this program has a root g1 too, .*: give each trust a stack of its own\.$/,
    );
  });
  assert.deepEqual(
    graph.all("multisite:index:Trust").map(({ name }) => name),
    ["shop", "mail"],
  );
});

test("a root that a team brings is judged before anything is made, as far as it is plain text", async () => {
  const supplied: TrustSpec = { ...trust, roots: { g1: { keeper: "supplied" } } };
  const [short, other] = [root("twenty days", 20 * 24), root("other")];
  const refused = async (key: pulumi.Input<string>) => {
    let message = "";
    const signer = suppliedSigner({ certificate: short.certPem, key });
    const nothing = await record(() => {
      try {
        fleet({ trust: builtTrust({ g1: signer }) }, supplied)();
      } catch (error) {
        message = pulumi.RunError.isInstance(error) ? error.message : String(error);
      }
    });
    assert.deepEqual(nothing.resources, []);
    return message;
  };
  assert.match(
    await refused(pulumi.secret(other.keyPem)),
    /trust signers\.g1\.certificate ends .*, before all that it signs: /,
  );
  assert.match(await refused(other.keyPem), /trust signers\.g1\.key is not the certificate's: give the pair/);
});

test("what is no text is said by the name of its field, before anything is made", async () => {
  const offline: TrustSpec = { trustDomain: "shop.example.com", roots: { g1: { keeper: "offline" } } };
  const supplied: TrustSpec = { trustDomain: "shop.example.com", roots: { g1: { keeper: "supplied" } } };
  const { certPem, keyPem } = root("as bytes");
  const [certificate, key] = [certPem, keyPem].map((pem) => Buffer.from(pem) as never) as [never, never];
  const refusal = (signer: ReturnType<typeof suppliedSigner>, of: TrustSpec) => {
    const plan = fleetPlan(fleetSpec(sites, { trust: of })).trust!;
    try {
      new Trust("shop", { plan, signers: { g1: signer } });
    } catch (error) {
      if (pulumi.RunError.isInstance(error)) return error.message.split("\n").slice(1).join("\n");
    }
    return "";
  };
  const bytes = (field: string) => `  signers.g1.${field} is bytes: read the file as text, readFileSync(file, "utf8").`;
  const said: string[] = [];
  await record(() => {
    said.push(
      refusal(suppliedSigner({ certificate, key }), supplied),
      refusal(suppliedSigner({ certificate: certPem } as never), supplied),
      refusal(offlineSigner({ root: certificate, certificates: { one: certificate } }), offline),
      refusal(offlineSigner({ root: certPem } as never), offline),
    );
  });
  assert.deepEqual(said, [
    `${bytes("certificate")}\n${bytes("key")}`,
    "  signers.g1.key is missing: give a text in PEM.",
    `${bytes("root")}\n${bytes("certificates.one")}`,
    "  signers.g1.certificates is missing: give those that were signed by their names, {} before any is.",
  ]);
});

test("a root that is signed by hand needs a trust stack, and what came back is judged before anything is made", async () => {
  const offline: TrustSpec = { trustDomain: "shop.example.com", roots: { g1: { keeper: "offline" } } };
  const brought = root("offline");
  const refused = async (program: () => void) => {
    let message = "";
    const nothing = await record(() => {
      try {
        program();
      } catch (error) {
        message = pulumi.RunError.isInstance(error) ? error.message : String(error);
      }
    });
    assert.deepEqual(nothing.resources, []);
    return message;
  };
  const signer = offlineSigner({ root: brought.certPem, certificates: {} });
  assert.match(
    await refused(fleet({ trust: builtTrust({ g1: signer }) }, offline)),
    /trust signers\.g1 waits for signatures by hand, which the sites cannot: give the trust a stack of its own/,
  );
  const plan = fleetPlan(fleetSpec(sites, { trust: offline })).trust!;
  const wrong = offlineSigner({ root: brought.certPem, certificates: { "oslo-g1-mesh-server": "S3CR3T" } });
  const message = await refused(() => void new Trust("shop", { plan, signers: { g1: wrong, g2: signer } }));
  assert.match(message, /signers\.g1\.certificates\.oslo-g1-mesh-server: it holds no certificate in PEM/);
  assert.doesNotMatch(message, /signers\.g2/, "a signer may be there before its root is listed");
  assert.doesNotMatch(message, /S3CR3T/);
});

test("a spec with a trust needs its source, and a source needs a spec", async () => {
  const refusal = async (program: () => void) => {
    let message = "";
    const nothing = await record(() => {
      try {
        program();
      } catch (error) {
        message = pulumi.RunError.isInstance(error) ? error.message : "";
      }
    });
    assert.deepEqual(nothing.resources, []);
    return message;
  };
  const spec = fleetSpec(sites, { trust });
  const without = await refusal(() => void new Fleet("shop", { spec, kinds: [existing], kubeconfigs }));
  assert.match(without, /trust is missing: the spec has a trust\. Give builtTrust\(\)/);
  const untrusted = fleetSpec(sites);
  const more = { kinds: [existing], kubeconfigs, trust: builtTrust() };
  assert.match(
    await refusal(() => void new Fleet("shop", { spec: untrusted, ...more })),
    /trust is given, and the spec has no trust/,
  );
  const kept: TrustSpec = {
    ...trust,
    roots: { g1: { keeper: "googleCas", caPool: "projects/p/locations/l/caPools/c" } },
  };
  const plan = fleetPlan(fleetSpec(sites, { trust: kept })).trust!;
  assert.match(await refusal(() => void new Trust("shop", { plan })), /signers\.g1 is missing: the root's keeper is/);
});
