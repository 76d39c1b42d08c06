import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { request } from "node:https";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { CERT_MANAGER, type ChartVersion, TRUST_MANAGER } from "../../../lib/plan/versions";
import { Charts } from "../../../rehearsal/clusters/helm/charts";
import type { LocalSite } from "../../../rehearsal/clusters/sites";
import { makePki } from "../../../rehearsal/clusters/sites/pki";
import { freePort } from "../../../rehearsal/clusters/sites/ports";
import { OPTIONAL_PROGRAMS, presentOptionalTool, type Toolchain } from "../../../rehearsal/clusters/toolchain";
import { shellProgram, temporaryFolder, until } from "../../support/folders";
import { clients } from "../../support/localClients";
import { localProgram, runProgram } from "../../support/localPrograms";
import { localTools } from "../../support/localTools";
import { kubectlApply } from "../../support/piped";
import { ownNamespaces, sharedSite } from "../../support/shared";

/** An authority, and a server's certificate of it for this machine. */
const pki = makePki("frankfurt", "127.0.0.1", "unused");

test("a program that sites can do without is taken as it is from the folder that is named, and else not there", async (t) => {
  const folder = temporaryFolder(t);
  const environment = { HOME: folder, PATH: "/usr/bin:/bin" };
  for (const program of OPTIONAL_PROGRAMS) {
    assert.equal(await presentOptionalTool(program, { environment }), undefined);
    const path = shellProgram(`${folder}/assets/${program}`, "exit 1");
    const given = { ...environment, MULTISITE_ASSETS: `${folder}/assets` };
    assert.equal((await presentOptionalTool(program, { environment: given }))?.path, path);
  }
});

/** A site with the definitions of a chart's kinds, and nothing else of it. */
async function siteWith(tools: Toolchain, chart: ChartVersion): Promise<LocalSite> {
  const site = await sharedSite(tools, "oslo");
  const charts = new Charts({ helm: { program: tools.helm.path, directory: __dirname } });
  const access = { repo: chart.repository, username: "", password: "", caFile: "", certFile: "", keyFile: "" };
  const path = await charts.find({ chart: chart.chart, version: chart.version, devel: false, repository: access });
  const run = promisify(execFile);
  const { stdout } = await run(tools.helm.path, ["template", "x", path, "--set", "crds.enabled=true"], {
    maxBuffer: 2 ** 26,
  });
  const kinds = stdout.split(/^---$/m).filter((document) => /^kind: CustomResourceDefinition$/m.test(document));
  assert.ok(kinds.length > 0);
  await kubectlApply(tools.kubectl.path, site, kinds.join("\n---\n"));
  return site;
}

/** The programs of sites and one more; undefined when the test is skipped. */
async function wanted(t: TestContext, program: (typeof OPTIONAL_PROGRAMS)[number]) {
  const tools = await localTools();
  const one = typeof tools === "string" ? tools : await localProgram(program);
  if (typeof tools !== "string" && typeof one !== "string") return { tools, path: one.path };
  t.skip(String(one));
  return undefined;
}

test("issuers: a ClusterIssuer with an authority issues a certificate for real, and issues it anew", async (t) => {
  const found = await wanted(t, "issuers");
  if (found === undefined) return;
  const site = await siteWith(found.tools, CERT_MANAGER);
  const namespace = "issued";
  await ownNamespaces(t, site, { [namespace]: {} });
  const args = ["--kubeconfig", "{kubeconfig}", "--cluster-resource-namespace", namespace];
  const log = await runProgram(t, found.path, args, { kubeconfig: site.kubeconfig });
  await until(() => existsSync(log) && readFileSync(log, "utf8").includes("issuing"), 60);
  const { certificate, key } = pki.authority;
  const metadata = { name: "web", namespace };
  await kubectlApply(found.tools.kubectl.path, site, [
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "root", namespace },
      type: "kubernetes.io/tls",
      stringData: { "tls.crt": certificate, "tls.key": key },
    },
    {
      apiVersion: "cert-manager.io/v1",
      kind: "ClusterIssuer",
      metadata: { name: "site" },
      spec: { ca: { secretName: "root" } },
    },
    {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata,
      spec: { secretName: "web", dnsNames: ["web.shop"], issuerRef: { name: "site", kind: "ClusterIssuer" } },
    },
  ]);
  const { core } = await clients(site);
  const issued = async () => {
    const secret = await core.readNamespacedSecret(metadata).catch(() => undefined);
    const pem = secret?.data?.["tls.crt"];
    return pem === undefined || pem === "" ? undefined : new X509Certificate(Buffer.from(pem, "base64"));
  };
  await until(async () => (await issued()) !== undefined, 60);
  const first = await issued();
  assert.ok(first !== undefined);
  assert.ok(first.verify(new X509Certificate(certificate).publicKey));
  assert.match(first.subjectAltName ?? "", /DNS:web\.shop/);
  await core.deleteNamespacedSecret(metadata);
  await until(async () => ((await issued())?.serialNumber ?? first.serialNumber) !== first.serialNumber, 60);
});

test("trust-manager: a Bundle's certificates are in the namespaces that it names, and follow them", async (t) => {
  const found = await wanted(t, "trust-manager");
  if (found === undefined) return;
  const site = await siteWith(found.tools, TRUST_MANAGER);
  const source = "trusting";
  await ownNamespaces(t, site, { [source]: {}, asking: { trust: "yes" }, other: {} });
  const ports = await Promise.all([freePort(), freePort(), freePort()]);
  await runProgram(
    t,
    found.path,
    [
      ...["--kubeconfig", "{kubeconfig}", "--trust-namespace", source, "--leader-elect=false"],
      ...["--webhook-host", "127.0.0.1", "--webhook-port", String(ports[0]), "--webhook-certificate-dir", "{}"],
      ...["--readiness-probe-port", String(ports[1]), "--metrics-port", String(ports[2])],
    ],
    { kubeconfig: site.kubeconfig, "tls.crt": pki.server.certificate, "tls.key": pki.server.key },
  );
  const bundle = (inLine: string) => ({
    apiVersion: "trust.cert-manager.io/v1alpha1",
    kind: "Bundle",
    metadata: { name: "fleet" },
    spec: {
      sources: [{ inLine }],
      target: { configMap: { key: "roots.pem" }, namespaceSelector: { matchLabels: { trust: "yes" } } },
    },
  });
  const root = pki.authority.certificate;
  await kubectlApply(found.tools.kubectl.path, site, [bundle(root)]);
  const { core } = await clients(site);
  const roots = async (name: string) =>
    (await core.readNamespacedConfigMap({ name: "fleet", namespace: name }).catch(() => undefined))?.data?.[
      "roots.pem"
    ];
  const certificates = async (name: string) => (await roots(name))?.match(/-BEGIN CERTIFICATE-/g)?.length ?? 0;
  await until(async () => (await certificates("asking")) === 1, 60);
  assert.equal((await roots("asking"))?.trim(), root.trim());
  assert.equal(await certificates("other"), 0);
  await kubectlApply(found.tools.kubectl.path, site, [bundle(`${root}\n${pki.frontProxyAuthority.certificate}`)]);
  await until(async () => (await certificates("asking")) === 2, 60);
});

test("pebble: answers as an ACME server on this machine", async (t) => {
  const program = await localProgram("pebble");
  if (typeof program === "string") {
    t.skip(program);
    return;
  }
  const [port, management] = await Promise.all([freePort(), freePort()]);
  const pebble = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${management}`,
    certificate: "tls.crt",
    privateKey: "tls.key",
    keyAlgorithm: "ecdsa",
  };
  const files = {
    "pebble.json": JSON.stringify({ pebble }),
    "tls.crt": pki.server.certificate,
    "tls.key": pki.server.key,
  };
  await runProgram(t, program.path, ["-config", "{pebble.json}"], files, { PEBBLE_VA_ALWAYS_VALID: "1" });
  const directory = () =>
    new Promise<{ newOrder?: string }>((resolve) => {
      const asked = request(
        `https://127.0.0.1:${port}/dir`,
        { ca: pki.authority.certificate, agent: false, headers: { "user-agent": "test" } },
        (answer) => {
          let text = "";
          answer.on("data", (chunk) => {
            text += chunk;
          });
          answer.on("end", () => resolve(JSON.parse(text)));
        },
      );
      asked.on("error", () => resolve({}));
      asked.end();
    });
  await until(async () => (await directory()).newOrder !== undefined, 30);
  assert.equal((await directory()).newOrder, `https://127.0.0.1:${port}/order-plz`);
});
