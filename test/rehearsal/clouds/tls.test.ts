import assert from "node:assert/strict";
import { createPublicKey, X509Certificate } from "node:crypto";
import { describe, it } from "node:test";
import { isSecret, reveal } from "../../../rehearsal/clouds/wire";
import type { Properties } from "../../../rehearsal/engine/provider";
import { Bench } from "./support";

const KEY = "tls:index/privateKey:PrivateKey";
const ROOT_CERT = "tls:index/selfSignedCert:SelfSignedCert";
const REQUEST = "tls:index/certRequest:CertRequest";
const LEAF = "tls:index/locallySignedCert:LocallySignedCert";
const CA = {
  isCaCertificate: true,
  allowedUses: ["cert_signing", "crl_signing"],
  validityPeriodHours: 87600,
  subject: { commonName: "root g1", organization: "Team" },
};
const open = () => Bench.open("tls", {});

async function chain(bench: Bench, algorithm: Properties, more: Properties = {}) {
  const key = await bench.make(KEY, algorithm);
  const root = await bench.make(ROOT_CERT, { ...CA, privateKeyPem: key.outputs.privateKeyPem, ...more });
  const leafKey = await bench.make(KEY, { algorithm: "ECDSA", ecdsaCurve: "P256" });
  const request = await bench.make(REQUEST, {
    privateKeyPem: leafKey.outputs.privateKeyPem,
    subject: { commonName: "leaf" },
    dnsNames: ["a.example"],
    ipAddresses: ["10.1.2.3"],
  });
  const leafInputs = {
    certRequestPem: request.outputs.certRequestPem,
    caCertPem: root.outputs.certPem,
    caPrivateKeyPem: key.outputs.privateKeyPem,
    allowedUses: ["server_auth", "digital_signature"],
    validityPeriodHours: 2160,
    earlyRenewalHours: 720,
  };
  const leaf = await bench.make(LEAF, leafInputs);
  return { key, root, leafKey, request, leaf, leafInputs };
}

describe("tls", () => {
  for (const algorithm of [
    { algorithm: "RSA" },
    { algorithm: "ED25519" },
    ...["P224", "P256", "P384", "P521"].map((ecdsaCurve) => ({ algorithm: "ECDSA", ecdsaCurve })),
  ]) {
    it(`makes certificates that verify with ${Object.values(algorithm).join(" ")}`, async () => {
      const { root, leaf, leafKey } = await chain(await open(), algorithm);
      const [ca, cert] = [new X509Certificate(root.out("certPem")), new X509Certificate(leaf.out("certPem"))];
      assert.ok(ca.ca && ca.verify(ca.publicKey) && ca.checkIssued(ca));
      assert.ok(!cert.ca && cert.verify(ca.publicKey) && cert.checkIssued(ca));
      assert.equal(cert.publicKey.export({ type: "spki", format: "pem" }), leafKey.out("publicKeyPem"));
      assert.equal(cert.subjectAltName, "DNS:a.example, IP Address:10.1.2.3");
      assert.equal(ca.subject, "O=Team\nCN=root g1");
      assert.deepEqual(cert.keyUsage, ["1.3.6.1.5.5.7.3.1"]);
      assert.equal(new Date(cert.validTo).getTime() - new Date(cert.validFrom).getTime(), 2160 * 3_600_000);
      assert.equal(leaf.out("validityEndTime"), new Date(cert.validTo).toISOString().replace(".000Z", "Z"));
    });
  }

  it("keeps private keys secret and gives every form of them", async () => {
    const bench = await open();
    const { outputs } = await bench.make(KEY, { algorithm: "ED25519" });
    for (const name of ["privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh"])
      assert.ok(isSecret(outputs[name]), name);
    assert.match(String(reveal(outputs.privateKeyOpenssh)), /^-----BEGIN OPENSSH PRIVATE KEY-----/);
    assert.match(String(outputs.publicKeyOpenssh), /^ssh-ed25519 AAAA/);
    assert.match(String(outputs.publicKeyFingerprintMd5), /^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
    const token = "tls:index/getPublicKey:getPublicKey";
    const { result } = await bench.provider.invoke({
      token,
      args: { privateKeyPem: reveal(outputs.privateKeyPem) },
      preview: false,
    });
    assert.equal(result.publicKeyPem, outputs.publicKeyPem);
    assert.ok(createPublicKey(String(result.publicKeyPem)));
  });

  it("treats a path length of zero as none, as the provider does, and honours one", async () => {
    const limit = async (maxPathLength: number) => {
      const { root } = await chain(await open(), { algorithm: "ECDSA", ecdsaCurve: "P256" }, { maxPathLength });
      const der = new X509Certificate(root.out("certPem")).raw.toString("hex");
      return /551d130101ff0408(30060101ff0201(..))/.exec(der)?.[2];
    };
    assert.equal(await limit(0), undefined);
    assert.equal(await limit(1), "01");
  });

  const refused: [type: string, inputs: Properties, message: RegExp][] = [
    [KEY, { algorithm: "DSA" }, /algorithm: must be one of "RSA", "ECDSA", "ED25519"; got "DSA"/],
    [KEY, { algorithm: "ECDSA", ecdsaCurve: "P-256" }, /ecdsaCurve: must be one of .*did you mean "P256"/],
    [
      ROOT_CERT,
      { ...CA, allowedUses: ["certSigning"], privateKeyPem: "x" },
      /allowedUses\[0\]: must be one of .*did you mean "cert_signing"/,
    ],
    [ROOT_CERT, { ...CA }, /exactly one of privateKeyPem, privateKeyPemWo must be given/],
    [ROOT_CERT, { ...CA, privateKeyPem: "S3CR3T" }, /privateKeyPem: must be a private key in PEM/],
    [ROOT_CERT, { ...CA, validityPeriodHours: "10" }, /validityPeriodHours: must be a number; got "10"/],
    [REQUEST, { privateKeyPem: "x", ipAddresses: ["10.1"] }, /ipAddresses\[0\]: must be an IP address/],
  ];
  for (const [type, inputs, message] of refused) {
    it(`refuses ${type}: ${message.source.slice(0, 60)}`, async () => {
      const text = await (await open()).refusal(type, inputs);
      assert.match(text, message);
      assert.doesNotMatch(text, /S3CR3T/);
    });
  }

  it("refuses a CA without a subject and a key that is not the authority's", async () => {
    const bench = await open();
    const { leafInputs, leafKey, key } = await chain(bench, { algorithm: "ECDSA", ecdsaCurve: "P384" });
    assert.match(
      await bench.refusal(ROOT_CERT, { ...CA, subject: {}, privateKeyPem: key.outputs.privateKeyPem }),
      /Invalid Certificate Subject/,
    );
    assert.match(
      await bench.refusal(LEAF, { ...leafInputs, caPrivateKeyPem: leafKey.outputs.privateKeyPem }),
      /doesn't match parent's PublicKey/,
    );
    assert.match(
      await bench.refusal(LEAF, { ...leafInputs, caCertPem: "none" }),
      /caCertPem: must be a CERTIFICATE in PEM/,
    );
  });

  it("tells authorities of one name apart that sign in turn, however many there are", async () => {
    const bench = await open();
    const chains = await Promise.all(Array.from({ length: 40 }, () => chain(bench, { algorithm: "ED25519" })));
    for (const { root, leafInputs } of [...chains, ...chains]) {
      const again = await bench.make(LEAF, leafInputs);
      assert.ok(new X509Certificate(again.out("certPem")).verify(new X509Certificate(root.out("certPem")).publicKey));
    }
    const [one, other] = chains as [(typeof chains)[0], (typeof chains)[0]];
    const mixed = { ...one.leafInputs, caPrivateKeyPem: other.leafInputs.caPrivateKeyPem };
    assert.match(await bench.refusal(LEAF, mixed), /doesn't match parent's PublicKey/);
  });

  it("replaces on every change but the renewal's, and renews what is due", async () => {
    const bench = await open();
    const { leaf, leafInputs } = await chain(bench, { algorithm: "ECDSA", ecdsaCurve: "P256" });
    assert.equal((await bench.diff(leaf, leafInputs)).changes, "none");
    assert.deepEqual((await bench.diff(leaf, { ...leafInputs, earlyRenewalHours: 100 })).replaces, []);
    assert.deepEqual((await bench.diff(leaf, { ...leafInputs, validityPeriodHours: 100 })).replaces, [
      "validityPeriodHours",
    ]);
    const due = {
      ...leaf,
      outputs: { ...leaf.outputs, validityEndTime: new Date(Date.now() + 3_600_000).toISOString() },
    };
    assert.deepEqual((await bench.diff(due, leafInputs)).replaces, ["readyForRenewal"]);
    const updated = await bench.update(leaf, { ...leafInputs, earlyRenewalHours: 100 });
    assert.deepEqual([updated.certPem, updated.earlyRenewalHours], [leaf.outputs.certPem, 100]);
  });
});
