import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { connect, createServer } from "node:tls";
import { promisify } from "node:util";
import { challengeZone } from "../../../lib/plan/gateway/certificate";
import { certificatesOf } from "../../../lib/plan/trust/bundle";
import type { LocalSite } from "../../../rehearsal/clusters/sites";
import { refuseFailed } from "../../../rehearsal/commands/program";
import type { ResourceView } from "../../../rehearsal/engine";
import { dnsServer } from "../../support/dns";
import { until } from "../../support/folders";
import { clients } from "../../support/localClients";
import { localProgram, runProgram } from "../../support/localPrograms";
import { localTools } from "../../support/localTools";
import { onLocalSites } from "../../support/onLocalSites";
import { localAuthority } from "./authority";
import { ACCOUNT, DOMAIN, gatewayProgram, SITES } from "./program";
import { type LocalRoute53, localRoute53 } from "./route53";

const SECRET = { namespace: "multisite-gateway", name: "public-certificate" };

/** So short that certificates are renewed within the test: a third before their end. */
const LIFETIME_SECONDS = 60;
const WAITING_SECONDS = 300;

interface Pair {
  readonly chain: string;
  readonly key: string;
  readonly serial: string;
}

/** The certificate that a site holds, as its gateway reads it; undefined while there is none. */
async function held(site: LocalSite): Promise<Pair | undefined> {
  const { core } = await clients(site);
  const data = (await core.readNamespacedSecret(SECRET).catch(() => undefined))?.data;
  const text = (key: string) => Buffer.from(data?.[key] ?? "", "base64").toString();
  const [chain, key] = [text("tls.crt"), text("tls.key")];
  if (chain === "" || key === "") return undefined;
  return { chain, key, serial: new X509Certificate(chain).serialNumber };
}

/** What a browser says of a server with this certificate; undefined: it takes it. */
async function refusal({ chain, key }: Pair, ca: string, servername: string): Promise<string | undefined> {
  const server = createServer({ cert: chain, key }, (socket) => socket.end());
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as { port: number };
  try {
    return await new Promise((answer) => {
      const socket = connect({ port, host: "127.0.0.1", ca, servername }, () => answer(undefined));
      socket.on("error", ({ message }) => answer(message));
      socket.on("secureConnect", () => socket.end());
    });
  } finally {
    server.close();
  }
}

/** Gateway API, as the team of a cluster that exists has put it there. */
async function defineGateways(kubectl: string, { kubeconfigFile }: LocalSite): Promise<void> {
  const items = JSON.parse(readFileSync(join(__dirname, "../../../lib/gateway/crds/v1.4.1.json"), "utf8"));
  const applying = promisify(execFile)(kubectl, [
    ...["--kubeconfig", kubeconfigFile, "apply", "--server-side", "-f", "-"],
  ]);
  applying.child.stdin?.end(JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  await applying;
}

/** cert-manager, which would run in a site's pods if they ran. */
async function runCertManager(
  t: TestContext,
  path: string,
  { kubeconfig }: LocalSite,
  { endpoint }: LocalRoute53,
  dns: string,
): Promise<void> {
  const args = [
    "--kubeconfig",
    "{kubeconfig}",
    "--cluster-resource-namespace",
    "cert-manager",
    "--dns01-nameservers",
    dns,
  ];
  const environment = { AWS_ENDPOINT_URL: endpoint, AWS_EC2_METADATA_DISABLED: "true" };
  const log = await runProgram(t, path, args, { kubeconfig }, environment);
  await until(() => existsSync(log) && readFileSync(log, "utf8").includes("issuing"), WAITING_SECONDS);
}

/** What the rehearsal calls the zone that answers, and each site's role. */
function inAws(resources: readonly ResourceView[]) {
  const output = (type: string, name: string, property: string) =>
    resources.find((one) => one.type === type && one.name === name)?.outputs[property] as string;
  return {
    zone: output("aws:route53/zone:Zone", "acme", "zoneId"),
    roleOf: (site: string) => output("aws:iam/role:Role", `${site}-acme`, "arn"),
  };
}

test("real cert-managers in three sites, by the objects of this library, before a real ACME authority", async (whole) => {
  const t = whole;
  const zone = challengeZone(DOMAIN);
  const [tools, issuers, pebble, aws] = [
    await localTools(),
    await localProgram("issuers"),
    await localProgram("pebble"),
    await localRoute53(t, ACCOUNT, zone),
  ];
  for (const one of [tools, issuers, pebble, aws]) if (typeof one === "string") return t.skip(one);
  if (typeof tools === "string" || typeof issuers === "string" || typeof pebble === "string" || typeof aws === "string")
    return;
  const { address: dns } = await dnsServer(t, aws.answers);
  const authority = await localAuthority(t, pebble.path, dns, LIFETIME_SECONDS);
  const dir = gatewayProgram(t, authority);
  await onLocalSites(t, dir, async (run, all) => {
    const sites = SITES.map((name) => all[name]!);
    const [oslo, turin, vienna] = sites as [LocalSite, LocalSite, LocalSite];

    await t.test("the rehearsal makes them, and changes nothing when it runs again", async () => {
      for (const site of sites) await defineGateways(tools.kubectl.path, site);
      refuseFailed(await run.session.up());
      const again = await run.session.up();
      refuseFailed(again);
      assert.deepEqual(new Set(again.steps.map(({ op }) => op)), new Set(["same"]));
      aws.know(inAws(again.resources).zone);
      for (const site of sites) assert.equal(await held(site), undefined, "nobody was asked yet");
    });

    await t.test("each site gets a certificate for the name by an account and a role of its own", async () => {
      await Promise.all(sites.map((site) => runCertManager(whole, issuers.path, site, aws, dns)));
      await until(async () => (await Promise.all(sites.map(held))).every((one) => one !== undefined), WAITING_SECONDS);
      const pairs = await Promise.all(sites.map(async (site) => (await held(site))!));
      assert.equal(new Set(pairs.map(({ serial }) => serial)).size, 3);
      const ca = await authority.issuingRoot();
      for (const { chain } of pairs) assert.ok(certificatesOf(chain, "The chain").length > 1, "with its intermediate");
      assert.equal(await refusal(pairs[0]!, ca, DOMAIN), undefined);
      assert.match((await refusal(pairs[0]!, ca, "other.example.com")) ?? "", /does not match/);
      const { roleOf } = inAws((await run.session.preview()).resources);
      for (const site of SITES) {
        const who = aws.taken.get(roleOf(site));
        assert.deepEqual(
          [who?.sub, who?.aud],
          ["system:serviceaccount:cert-manager:multisite-acme", ["sts.amazonaws.com"]],
        );
      }
      const accounts = await Promise.all(
        sites.map(async (site) => {
          const { core } = await clients(site);
          const { data } = await core.readNamespacedSecret({ namespace: "cert-manager", name: "multisite-public" });
          return data?.["tls.key"];
        }),
      );
      assert.equal(new Set(accounts).size, 3, "no account of two sites");
    });

    await t.test("with two of three sites dead, the third renews, by nobody's help", async () => {
      await Promise.all([oslo.kill(), turin.kill()]);
      const before = (await held(vienna))!;
      await until(async () => ((await held(vienna))?.serial ?? before.serial) !== before.serial, WAITING_SECONDS);
      const after = (await held(vienna))!;
      const ends = (chain: string) => Date.parse(new X509Certificate(chain).validTo);
      assert.ok(ends(after.chain) > ends(before.chain));
      assert.notEqual(after.key, before.key, "with a key of its own");
      assert.equal((await refusal(after, await authority.issuingRoot(), "other.example.com")) === undefined, false);
    });
  });
});
