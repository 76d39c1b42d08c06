const k8s = require("@pulumi/kubernetes");
const pulumi = require("@pulumi/pulumi");
const tls = require("@pulumi/tls");

/** What is done wrong; nothing by default. */
const wrong = new pulumi.Config().get("wrong");
const kubeconfig = JSON.stringify({
  ...{ apiVersion: "v1", kind: "Config", "current-context": "site", users: [{ name: "site", user: {} }] },
  clusters: [{ name: "site", cluster: { server: "https://site.example.com" } }],
  contexts: [{ name: "site", context: { cluster: "site", user: "site" } }],
});
const cluster = { provider: new k8s.Provider("site", { kubeconfig }) };

const key = new tls.PrivateKey("ca", { algorithm: "ECDSA", ecdsaCurve: "P256" }, { protect: true });
const subject = { commonName: "made by hand" };
const ca = new tls.SelfSignedCert(
  "ca",
  {
    ...{ privateKeyPem: key.privateKeyPem, subject, isCaCertificate: true, validityPeriodHours: 87_600 },
    allowedUses: ["cert_signing", "crl_signing"],
  },
  { protect: wrong !== "unprotected" },
);
const leafKey = new tls.PrivateKey("server", { algorithm: "ECDSA", ecdsaCurve: "P256" });
const request = new tls.CertRequest("server", {
  privateKeyPem: leafKey.privateKeyPem,
  subject: { commonName: "server" },
});
const leaf = new tls.LocallySignedCert("server", {
  ...{ certRequestPem: request.certRequestPem, caCertPem: ca.certPem, caPrivateKeyPem: key.privateKeyPem },
  allowedUses: ["digital_signature", "server_auth"],
  validityPeriodHours: wrong === "long" ? 9600 : 2160,
  earlyRenewalHours: 720,
});

const metadata = (name) => ({ namespace: "kube-system", name });
new k8s.core.v1.ConfigMap(
  "roots",
  {
    metadata: metadata("cilium-root-ca.crt"),
    data: { "ca.crt": wrong === "bundle" ? pulumi.interpolate`${ca.certPem}${leaf.certPem}` : ca.certPem },
  },
  cluster,
);
new k8s.core.v1.Secret(
  "server",
  { metadata: metadata("server"), stringData: { "tls.crt": leaf.certPem, "tls.key": leafKey.privateKeyPem } },
  cluster,
);
// What Cilium's own documentation has people copy from cluster to cluster.
const shared = { "ca.crt": ca.certPem, "ca.key": key.privateKeyPem };
if (wrong === "key") new k8s.core.v1.Secret("ca", { metadata: metadata("cilium-ca"), stringData: shared }, cluster);
