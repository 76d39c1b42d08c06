import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { connect, createServer } from "node:tls";
import { challengeZone } from "../../../lib/plan/gateway/certificate";
import { certificatesOf } from "../../../lib/plan/trust/bundle";
import type { LocalSite } from "../../../rehearsal/clusters/sites";
import type { ResourceView } from "../../../rehearsal/engine";
import { dnsServer } from "../../support/dns";
import { until } from "../../support/folders";
import { clients } from "../../support/localClients";
import { kubectlApply } from "../../support/piped";
import { ACCOUNT, DOMAIN } from "../../trust/program";
import { type LocalAuthority, localAuthority } from "./authority";
import { type LocalRoute53, localRoute53 } from "./route53";

const SECRET = { namespace: "multisite-gateway", name: "public-certificate" };

/** So short that certificates are renewed within the test: a third before their end. */
const LIFETIME_SECONDS = 60;
const WAITING_SECONDS = 300;

/** The world that sites get their public certificates from: an ACME authority, DNS, and AWS. */
export class AcmeWorld {
  private constructor(
    readonly authority: LocalAuthority,
    /** Resolver that the authority and the sites ask. */
    readonly dns: string,
    private readonly aws: LocalRoute53,
  ) {}

  /** @returns the reason to skip in its place. */
  static async start(t: TestContext, pebble: string): Promise<AcmeWorld | string> {
    const aws = await localRoute53(t, ACCOUNT, challengeZone(DOMAIN));
    if (typeof aws === "string") return aws;
    const { address } = await dnsServer(t, aws.answers);
    return new AcmeWorld(await localAuthority(t, pebble, address, LIFETIME_SECONDS), address, aws);
  }

  /** What a site's cert-manager is started with, beside what it always is. */
  get certManager() {
    return {
      args: ["--dns01-nameservers", this.dns],
      environment: { AWS_ENDPOINT_URL: this.aws.endpoint, AWS_EC2_METADATA_DISABLED: "true" },
    };
  }

  /** Tells it what the rehearsal calls the zone that answers. */
  know(resources: readonly ResourceView[]): void {
    this.aws.know(output(resources, "aws:route53/zone:Zone", "acme", "zoneId"));
  }

  /** Each site has a certificate for the name, by an account and a role of its own. */
  async eachHasItsOwn(sites: readonly LocalSite[], resources: readonly ResourceView[]): Promise<void> {
    await until(async () => (await Promise.all(sites.map(held))).every((one) => one !== undefined), WAITING_SECONDS);
    const pairs = await Promise.all(sites.map(async (site) => (await held(site))!));
    assert.equal(new Set(pairs.map(({ serial }) => serial)).size, sites.length);
    const ca = await this.authority.issuingRoot();
    for (const { chain } of pairs) assert.ok(certificatesOf(chain, "The chain").length > 1, "with its intermediate");
    assert.match((await refusal(pairs[0]!, ca, "other.example.com")) ?? "", /does not match/);
    for (const { name } of sites) {
      const who = this.aws.taken.get(output(resources, "aws:iam/role:Role", `${name}-acme`, "arn"));
      const account = "system:serviceaccount:cert-manager:multisite-acme";
      assert.deepEqual([who?.sub, who?.aud], [account, ["sts.amazonaws.com"]]);
    }
    const accounts = await Promise.all(sites.map(accountKey));
    assert.equal(new Set(accounts).size, sites.length, "no account of two sites");
  }

  /** A site gets another certificate, with another key, that browsers take. */
  async renews(site: LocalSite): Promise<void> {
    const before = (await held(site))!;
    await until(async () => ((await held(site))?.serial ?? before.serial) !== before.serial, WAITING_SECONDS);
    const after = (await held(site))!;
    const ends = (chain: string) => Date.parse(new X509Certificate(chain).validTo);
    assert.ok(ends(after.chain) > ends(before.chain));
    assert.notEqual(after.key, before.key, "with a key of its own");
    assert.equal(await refusal(after, await this.authority.issuingRoot(), DOMAIN), undefined);
  }
}

function output(resources: readonly ResourceView[], type: string, name: string, property: string): string {
  return resources.find((one) => one.type === type && one.name === name)?.outputs[property] as string;
}

interface Pair {
  readonly chain: string;
  readonly key: string;
  readonly serial: string;
}

/** The certificate that a site holds, as its gateway reads it; undefined while there is none. */
export async function held(site: LocalSite): Promise<Pair | undefined> {
  const { core } = await clients(site);
  const data = (await core.readNamespacedSecret(SECRET).catch(() => undefined))?.data;
  const text = (key: string) => Buffer.from(data?.[key] ?? "", "base64").toString();
  const [chain, key] = [text("tls.crt"), text("tls.key")];
  if (chain === "" || key === "") return undefined;
  return { chain, key, serial: new X509Certificate(chain).serialNumber };
}

async function accountKey(site: LocalSite): Promise<string | undefined> {
  const { core } = await clients(site);
  const { data } = await core.readNamespacedSecret({ namespace: "cert-manager", name: "multisite-public" });
  return data?.["tls.key"];
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
export async function defineGateways(kubectl: string, site: LocalSite): Promise<void> {
  const items = JSON.parse(readFileSync(join(__dirname, "../../../lib/gateway/crds/v1.4.1.json"), "utf8"));
  await kubectlApply(kubectl, site, items);
}
