import assert from "node:assert/strict";
import { createPublicKey, X509Certificate } from "node:crypto";
import { describe, it } from "node:test";
import { constraintsOf } from "../../../lib/plan/trust/extensions";
import { makeKey } from "../../../rehearsal/clouds/tls/keys";
import { makeRequest } from "../../../rehearsal/clouds/tls/x509";
import type { Properties } from "../../../rehearsal/engine/provider";
import { Bench } from "./support";

const CA = "aws:acmpca/certificateAuthority:CertificateAuthority";
const CERTIFICATE = "aws:acmpca/certificate:Certificate";
const CA_CERTIFICATE = "aws:acmpca/certificateAuthorityCertificate:CertificateAuthorityCertificate";
const POOL = "gcp:certificateauthority/caPool:CaPool";
const AUTHORITY = "gcp:certificateauthority/authority:Authority";
const GOOGLE_CERTIFICATE = "gcp:certificateauthority/certificate:Certificate";
const template = (name: string) => `arn:aws:acm-pca:::template/${name}/V1`;

const key = makeKey("ECDSA", "P256", 0);
const asked = { subject: { commonName: "remote-oslo" }, dnsNames: ["a.example"], ipAddresses: ["::1"], uris: [] };
const csr = makeRequest(key, asked);
const weak = makeRequest(makeKey("ECDSA", "P224", 0), asked);

const aws = () => Bench.open("aws", { region: "eu-north-1", allowedAccountIds: ["123456789012"] });
const google = () => Bench.open("gcp", { project: "shop-trust", region: "europe-north1" });

const CONFIGURATION = {
  certificateAuthorityConfiguration: {
    keyAlgorithm: "EC_secp384r1",
    signingAlgorithm: "SHA384WITHECDSA",
    subject: { commonName: "root g1", organization: "shop.example.com" },
  },
};

/** An authority of AWS with its own root certificate installed. */
async function active(bench: Bench, more: Properties = {}, years = "10") {
  const ca = await bench.make(CA, { ...CONFIGURATION, type: "ROOT", ...more });
  const own = await bench.make(CERTIFICATE, {
    certificateAuthorityArn: ca.out("arn"),
    certificateSigningRequest: ca.outputs.certificateSigningRequest,
    signingAlgorithm: "SHA384WITHECDSA",
    templateArn: template("RootCACertificate"),
    validity: { type: "YEARS", value: years },
  });
  await bench.make(CA_CERTIFICATE, { certificateAuthorityArn: ca.out("arn"), certificate: own.outputs.certificate });
  return { ca, root: own.out("certificate") };
}

const leafOf = (arn: string): Properties => ({
  certificateAuthorityArn: arn,
  certificateSigningRequest: csr,
  signingAlgorithm: "SHA384WITHECDSA",
  templateArn: template("EndEntityClientAuthCertificate"),
  validity: { type: "DAYS", value: "90" },
});

function verified(pem: string, root: string): X509Certificate {
  const [one, by] = [new X509Certificate(pem), new X509Certificate(root)];
  assert.ok(one.checkIssued(by) && one.verify(by.publicKey));
  return one;
}

describe("AWS Private CA", () => {
  it("signs by a root that it made and that has its certificate", async () => {
    const bench = await aws();
    const { ca, root } = await active(bench);
    const leaf = await bench.make(CERTIFICATE, leafOf(ca.out("arn")));
    assert.equal(leaf.out("certificateChain"), root);
    const made = verified(leaf.out("certificate"), root);
    assert.equal(made.subjectAltName, "DNS:a.example, IP Address:0:0:0:0:0:0:0:1");
    assert.deepEqual(made.keyUsage, ["1.3.6.1.5.5.7.3.2"]);
    const below = { ...leafOf(ca.out("arn")), templateArn: template("SubordinateCACertificate_PathLen0") };
    const site = verified((await bench.make(CERTIFICATE, below)).out("certificate"), root);
    assert.ok(site.ca);
    assert.equal(constraintsOf(site).pathLength, 0);
    const updated = await bench.update(ca, { ...CONFIGURATION, type: "ROOT", tags: { a: "b" } });
    assert.equal(updated.certificateSigningRequest, ca.outputs.certificateSigningRequest);
  });

  it("signs by an authority that exists, the same one however often it is asked for", async () => {
    const bench = await aws();
    const arn = "arn:aws:acm-pca:eu-north-1:123456789012:certificate-authority/11111111-2222-4333-8444-555555555555";
    const token = "aws:acmpca/getCertificateAuthority:getCertificateAuthority";
    const read = async () => (await bench.provider.invoke({ token, args: { arn }, preview: false })).result;
    const before = await read();
    const leaf = await bench.make(CERTIFICATE, leafOf(arn));
    verified(leaf.out("certificate"), String(before.certificate));
    assert.equal((await read()).certificate, before.certificate);
    const line = { ...leaf, provider: { region: "eu-north-1", allowedAccountIds: ["123456789012"] } };
    const later = await Bench.open("aws", line.provider, { state: [line] });
    const { result } = await later.provider.invoke({ token, args: { arn }, preview: false });
    assert.equal(result.certificate, before.certificate);
    verified((await later.make(CERTIFICATE, leafOf(arn))).out("certificate"), String(before.certificate));
  });

  const refused: [change: Properties, message: RegExp][] = [
    [{ certificateSigningRequest: "none" }, /certificateSigningRequest: it cannot be read.*MalformedCSRException/],
    [{ certificateSigningRequest: weak }, /its key is secp224r1; give one on P-256/],
    [{ templateArn: template("LeafCertificate") }, /templateArn: must be the ARN of a template/],
    [{ templateArn: template("RootCACertificate_CSRPassthrough") }, /must be the ARN of a template/],
    [{ signingAlgorithm: "SHA256WITHRSA" }, /does not go with the authority's key, EC_secp384r1/],
    [{ validity: { type: "YEARS", value: "11" } }, /would end \d{4}-.*after its authority/],
    [{ validity: { type: "WEEKS", value: "1" } }, /validity.type: must be one of/],
    [{ apiPassthrough: "{}" }, /apiPassthrough: the template takes none/],
    [{ apiPassthrough: "{}", templateArn: template("EndEntityCertificate_APIPassthrough") }, /cannot rehearse/],
    [{ region: "eu-west-1" }, /it is in eu-north-1, and the provider works in eu-west-1/],
  ];
  for (const [change, message] of refused) {
    it(`refuses ${message.source}`, async () => {
      const bench = await aws();
      const { ca } = await active(bench);
      assert.match(await bench.refusal(CERTIFICATE, { ...leafOf(ca.out("arn")), ...change }), message);
    });
  }

  it("refuses to sign by an authority that is not active, or short-lived for long, or has no room for a CA", async () => {
    const bench = await aws();
    const ca = await bench.make(CA, { ...CONFIGURATION, type: "ROOT" });
    assert.match(await bench.refusal(CERTIFICATE, leafOf(ca.out("arn"))), /not active; .*InvalidStateException/);
    const brief = await active(bench, { usageMode: "SHORT_LIVED_CERTIFICATE" });
    assert.match(await bench.refusal(CERTIFICATE, leafOf(brief.ca.out("arn"))), /7 days at most/);
    const above = await active(bench);
    const below = await bench.make(CA, { ...CONFIGURATION, type: "SUBORDINATE" });
    const own = await bench.make(CERTIFICATE, {
      ...leafOf(above.ca.out("arn")),
      certificateSigningRequest: below.outputs.certificateSigningRequest,
      templateArn: template("SubordinateCACertificate_PathLen0"),
      validity: { type: "YEARS", value: "1" },
    });
    const installed = { certificate: own.outputs.certificate, certificateChain: own.outputs.certificateChain };
    assert.match(
      await bench.refusal(CA_CERTIFICATE, { certificateAuthorityArn: ca.out("arn"), ...installed }),
      /not of the key of .*CertificateMismatchException/,
    );
    await bench.make(CA_CERTIFICATE, { certificateAuthorityArn: below.out("arn"), ...installed });
    const under = { ...leafOf(below.out("arn")), templateArn: template("SubordinateCACertificate_PathLen0") };
    assert.match(await bench.refusal(CERTIFICATE, under), /leaves no room for a CA/);
    const leaf = await bench.make(CERTIFICATE, leafOf(below.out("arn")));
    assert.equal(leaf.out("certificateChain"), own.out("certificate") + above.root);
  });
});

const PLACE = { location: "europe-north1", pool: "trust" };
const AUTHORITY_INPUTS: Properties = {
  ...PLACE,
  certificateAuthorityId: "root-g1",
  keySpec: { algorithm: "EC_P384_SHA384" },
  config: {
    subjectConfig: { subject: { commonName: "root g1", organization: "shop.example.com" } },
    x509Config: {
      caOptions: { isCa: true, maxIssuerPathLength: 1 },
      keyUsage: { baseKeyUsage: { certSign: true, crlSign: true }, extendedKeyUsage: {} },
    },
  },
};
const PUBLIC_PEM = String(createPublicKey(key).export({ type: "spki", format: "pem" }));
const PUBLIC = { format: "PEM", key: Buffer.from(PUBLIC_PEM).toString("base64") };

const configured = (caOptions: Properties = { isCa: false }): Properties => ({
  ...PLACE,
  certificateAuthority: "root-g1",
  lifetime: "7776000s",
  config: {
    publicKey: PUBLIC,
    subjectConfig: { subject: { commonName: "remote-oslo" }, subjectAltName: { dnsNames: ["a.example"] } },
    x509Config: {
      caOptions,
      keyUsage: {
        baseKeyUsage: { digitalSignature: true, certSign: caOptions.isCa === true },
        extendedKeyUsage: { clientAuth: true },
      },
    },
  },
});

async function pool(bench: Bench, more: Properties = {}, authority: Properties = {}) {
  const of = await bench.make(POOL, { location: "europe-north1", name: "trust", tier: "ENTERPRISE", ...more });
  const ca = await bench.make(AUTHORITY, { ...AUTHORITY_INPUTS, ...authority });
  return { of, ca, root: String((ca.outputs.pemCaCertificates as string[])[0]) };
}

describe("Google's Certificate Authority Service", () => {
  it("signs by config with the uses that it says, and by request with none", async () => {
    const bench = await google();
    const { root, ca } = await pool(bench);
    assert.equal(constraintsOf(new X509Certificate(root)).pathLength, 1);
    const leaf = await bench.make(GOOGLE_CERTIFICATE, configured());
    assert.deepEqual(leaf.outputs.pemCertificateChains, [root]);
    assert.deepEqual(verified(leaf.out("pemCertificate"), root).keyUsage, ["1.3.6.1.5.5.7.3.2"]);
    const { config: _, ...rest } = configured();
    const plain = verified(
      (await bench.make(GOOGLE_CERTIFICATE, { ...rest, pemCsr: csr })).out("pemCertificate"),
      root,
    );
    assert.deepEqual([plain.keyUsage, plain.subject], [undefined, "CN=remote-oslo"]);
    const zero = await bench.make(GOOGLE_CERTIFICATE, configured({ isCa: true, zeroMaxIssuerPathLength: true }));
    const none = await bench.make(GOOGLE_CERTIFICATE, configured({ isCa: true, maxIssuerPathLength: 0 }));
    const limits = [zero, none].map((one) => constraintsOf(verified(one.out("pemCertificate"), root)).pathLength);
    assert.deepEqual(limits, [0, undefined]);
    const updated = await bench.update(ca, { ...AUTHORITY_INPUTS, labels: { a: "b" } });
    assert.deepEqual(updated.pemCaCertificates, ca.outputs.pemCaCertificates);
  });

  it("shortens what would outlive its authority, and says nothing", async () => {
    const bench = await google();
    const { root } = await pool(bench, {}, { lifetime: "3600s" });
    const leaf = verified((await bench.make(GOOGLE_CERTIFICATE, configured())).out("pemCertificate"), root);
    assert.ok(new Date(leaf.validTo) <= new Date(new X509Certificate(root).validTo));
  });

  it("drops what a pool does not pass on", async () => {
    const bench = await google();
    const identityConstraints = { allowSubjectPassthrough: false, allowSubjectAltNamesPassthrough: false };
    const { root } = await pool(bench, { issuancePolicy: { identityConstraints } });
    const leaf = verified((await bench.make(GOOGLE_CERTIFICATE, configured())).out("pemCertificate"), root);
    assert.deepEqual([leaf.subject ?? "", leaf.subjectAltName], ["", undefined]);
  });

  it("signs by an authority that exists once it was read", async () => {
    const bench = await google();
    assert.match(await bench.refusal(GOOGLE_CERTIFICATE, configured()), /has no enabled authority "root-g1"/);
    const token = "gcp:certificateauthority/getAuthority:getAuthority";
    const args = { ...PLACE, certificateAuthorityId: "root-g1" };
    const { result } = await bench.provider.invoke({ token, args, preview: false });
    const leaf = await bench.make(GOOGLE_CERTIFICATE, configured());
    verified(leaf.out("pemCertificate"), String((result.pemCaCertificates as string[])[0]));
  });

  const refused: [pool: Properties, authority: Properties, change: Properties, message: RegExp][] = [
    [{ tier: "DEVOPS" }, {}, {}, /tier DEVOPS, which keeps no certificates/],
    [{}, { desiredState: "STAGED" }, {}, /has no enabled authority "root-g1"/],
    [{}, {}, { certificateAuthority: "root-g2" }, /has no enabled authority "root-g2"/],
    [{}, {}, { pemCsr: csr }, /exactly one of pemCsr, config must be given/],
    [{}, {}, { config: undefined, pemCsr: "none" }, /pemCsr: it cannot be read/],
    [{}, {}, { lifetime: "90d" }, /lifetime: must be seconds followed by "s"/],
    [{ issuancePolicy: { maximumLifetime: "86400s" } }, {}, {}, /allows 86400s at most/],
    [
      { issuancePolicy: { allowedIssuanceModes: { allowConfigBasedIssuance: false, allowCsrBasedIssuance: true } } },
      {},
      {},
      /allowConfigBasedIssuance is false/,
    ],
  ];
  for (const [ofPool, ofAuthority, change, message] of refused) {
    it(`refuses ${message.source}`, async () => {
      const bench = await google();
      await pool(bench, ofPool, ofAuthority);
      assert.match(await bench.refusal(GOOGLE_CERTIFICATE, { ...configured(), ...change }), message);
    });
  }

  it("takes the name of a certificate once for ever", async () => {
    const bench = await google();
    await pool(bench);
    const named = { ...configured(), name: "oslo" };
    await bench.remove(await bench.make(GOOGLE_CERTIFICATE, named));
    assert.match(await bench.refusal(GOOGLE_CERTIFICATE, named), /had a certificate "oslo".*ALREADY_EXISTS/);
    await bench.make(GOOGLE_CERTIFICATE, { ...named, name: "oslo-2" });
  });

  it("keeps a pool as long as an authority that was in it can be brought back", async () => {
    for (const [skipGracePeriod, refusal] of [
      [false, /root-g1 was in it, and can be brought back for 30 days/],
      [true, undefined],
    ] as const) {
      const bench = await google();
      const { ca, of } = await pool(bench, {}, { skipGracePeriod, deletionProtection: false });
      await assert.rejects(bench.remove(of), /in use by .*root-g1/);
      await bench.remove(ca);
      if (refusal === undefined) await bench.remove(of);
      else await assert.rejects(bench.remove(of), refusal);
    }
  });

  it("refuses authorities that are none, of an unknown algorithm, or whose protection is on", async () => {
    const bench = await google();
    const { ca } = await pool(bench);
    const other = { ...AUTHORITY_INPUTS, certificateAuthorityId: "other" };
    const isCa = {
      ...(AUTHORITY_INPUTS.config as Properties),
      x509Config: { caOptions: { isCa: false }, keyUsage: { baseKeyUsage: {}, extendedKeyUsage: {} } },
    };
    assert.match(await bench.refusal(AUTHORITY, { ...other, config: isCa }), /isCa: must be true/);
    assert.match(
      await bench.refusal(AUTHORITY, { ...other, keySpec: { algorithm: "EC_P521" } }),
      /must be one of EC_P256/,
    );
    await assert.rejects(bench.remove(ca), /deletionProtection is on/);
  });
});
