import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createServer, get, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { type Readiness, readinessConfig } from "../../lib/plan/gateway/readiness";
import { freePort } from "../../rehearsal/clusters/sites/ports";
import { dnsServer } from "../support/dns";
import { until } from "../support/folders";
import { runProgram } from "../support/localPrograms";

const DOMAIN = "shop.example.com";
const WAITING_SECONDS = 120;

function haproxyHere(): string | false {
  try {
    execFileSync("haproxy", ["-v"], { stdio: "ignore" });
    return false;
  } catch {
    return "no haproxy here: apt-get install haproxy";
  }
}

/** What one asks, and what it is answered. */
async function status(port: number, path: string): Promise<number | undefined> {
  return new Promise((answer) => {
    get({ port, path, host: "127.0.0.1", headers: { host: DOMAIN }, agent: false }, (response) => {
      response.resume();
      answer(response.statusCode);
    }).on("error", () => answer(undefined));
  });
}

/** A Service of the site: what it answers at its check can be changed. */
async function service(
  t: TestContext,
): Promise<{ port: number; answers: { status: number }; asked: Set<string>; server: Server }> {
  const answers = { status: 200 };
  const asked = new Set<string>();
  const server = createServer((request, response) => {
    asked.add(`${request.headers.host}${request.url}`);
    response.writeHead(answers.status).end();
  });
  t.after(() => server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, answers, asked, server };
}

/** The readiness of a site on this machine, its ports other ones. */
async function running(t: TestContext, readiness: Readiness): Promise<{ site: number; own: number }> {
  const [site, own] = await Promise.all([freePort(), freePort()]);
  const text = readinessConfig(readiness)
    .replace("bind :8080", `bind 127.0.0.1:${site}`)
    .replace("bind :8081", `bind 127.0.0.1:${own}`);
  await runProgram(t, "haproxy", ["-db", "-f", "{haproxy.cfg}"], { "haproxy.cfg": text });
  await until(async () => (await status(own, "/own")) === 200, WAITING_SECONDS);
  return { site, own };
}

describe("a real HAProxy, by the configuration of this library", { skip: haproxyHere() }, () => {
  it("is ready while every route's Service can serve, and not as soon as one cannot, or has no name", async (t) => {
    const [frontend, api] = [await service(t), await service(t)];
    const names = new Set(["frontend.shop.svc.cluster.local", "api.orders.svc.cluster.local"]);
    const { address } = await dnsServer(t, ({ name, type }) => {
      if (!names.has(name)) return undefined;
      return type === "A" ? [{ name, type: "A", ttl: 1, data: "127.0.0.1" }] : [];
    });
    const routes = [
      { path: "/", namespace: "shop", service: "frontend", port: frontend.port, check: "/it's?a=$b&c=(d)" },
      { path: "/api", namespace: "orders", service: "api", port: api.port },
    ];
    const { site, own } = await running(t, {
      path: "/readyz",
      domain: DOMAIN,
      serves: true,
      routes,
      nameserver: address,
    });
    const becomes = (wanted: number) => until(async () => (await status(site, "/readyz")) === wanted, WAITING_SECONDS);

    await becomes(200);
    await until(() => frontend.asked.size > 0, WAITING_SECONDS);
    assert.deepEqual([...frontend.asked], [`${DOMAIN}/it's?a=$b&c=(d)`]);
    assert.equal(await status(site, "/"), 404, "it is nobody's way into a Service");
    frontend.answers.status = 500;
    await becomes(503);
    assert.equal(await status(own, "/own"), 200, "its own pod is well");
    frontend.answers.status = 302;
    await becomes(200);
    api.server.closeAllConnections();
    api.server.close();
    await becomes(503);
    api.server.listen(api.port, "127.0.0.1");
    await becomes(200);
    names.delete("api.orders.svc.cluster.local");
    await becomes(503);
  });

  it("is ready until the site's certificate ends, and not from then on", async (t) => {
    const { port } = await service(t);
    const { address } = await dnsServer(t, ({ name }) => [{ name, type: "A", ttl: 1, data: "127.0.0.1" }]);
    const routes = [{ path: "/", namespace: "shop", service: "frontend", port }];
    const common = { path: "/readyz", domain: DOMAIN, serves: true, routes, nameserver: address };
    const at = (days: number) => Math.floor(Date.now() / 1000) + days * 86_400;
    const [valid, ended] = await Promise.all(
      [at(1), at(-1)].map((certificateEndSeconds) => running(t, { ...common, certificateEndSeconds })),
    );
    await until(async () => (await status(valid!.site, "/readyz")) === 200, WAITING_SECONDS);
    assert.equal(await status(ended!.site, "/readyz"), 503);
    assert.equal(await status(ended!.own, "/own"), 200, "its own pod is well");
  });

  it("is never ready in a site that does not serve", async (t) => {
    const { port } = await service(t);
    const routes = [{ path: "/", namespace: "shop", service: "frontend", port }];
    const { address } = await dnsServer(t, ({ name }) => [{ name, type: "A", ttl: 1, data: "127.0.0.1" }]);
    const { site } = await running(t, { path: "/readyz", domain: DOMAIN, serves: false, routes, nameserver: address });
    assert.equal(await status(site, "/readyz"), 503);
  });
});
