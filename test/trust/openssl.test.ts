import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { temporaryFolder } from "../support/folders";
import { TlsFleet } from "./fleet";
import type { TlsSite } from "./links";

const NAMES = ["frankfurt", "dublin", "belgium"];
const NO_OPENSSL = hasOpenssl() ? false : "no openssl here";

function hasOpenssl(): boolean {
  try {
    return /^OpenSSL [3-9]/.test(execFileSync("openssl", ["version"], { encoding: "utf8" }));
  } catch {
    return false;
  }
}

function files(test: TestContext, { bundle, identity }: TlsSite): string[] {
  const folder = temporaryFolder(test);
  const [ca, cert, key] = ["ca.crt", "tls.crt", "tls.key"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(ca, bundle);
  writeFileSync(cert, identity.chainPem);
  writeFileSync(key, identity.keyPem);
  return ["-CAfile", ca, "-cert", cert, "-key", key, "-verify_return_error", "-no_ticket"];
}

/** One connection between OpenSSL and OpenSSL: true when each has verified the other and data went both ways. */
async function links(test: TestContext, from: TlsSite, to: TlsSite): Promise<boolean> {
  const server = spawn("openssl", [
    "s_server",
    "-accept",
    "127.0.0.1:0",
    "-naccept",
    "1",
    "-rev",
    "-Verify",
    "2",
    ...files(test, to),
  ]);
  try {
    const port = await portOf(server);
    const name = ["-verify_hostname", `${to.name}.mesh.cilium.io`, "-servername", `${to.name}.mesh.cilium.io`];
    const client = spawn("openssl", [
      "s_client",
      "-connect",
      `127.0.0.1:${port}`,
      "-quiet",
      ...name,
      ...files(test, from),
    ]);
    let said = "";
    client.stdout.on("data", (chunk) => {
      said += chunk;
      client.kill();
    });
    client.stdin.on("error", () => {});
    client.stdin.write("ping\n");
    const slow = setTimeout(() => client.kill(), 20_000);
    await once(client, "close");
    clearTimeout(slow);
    return said.includes("gnip");
  } finally {
    server.kill();
  }
}

async function portOf(server: ChildProcess): Promise<string> {
  let said = "";
  for await (const chunk of server.stdout!) {
    said += chunk;
    const port = /ACCEPT 127\.0\.0\.1:(\d+)/.exec(said)?.[1];
    if (port !== undefined) return port;
  }
  throw new Error(`s_server did not listen: ${said}`);
}

describe("OpenSSL sees what Node sees", { skip: NO_OPENSSL }, () => {
  it("in the middle of each step, and when the new root is issued from too early", async (test) => {
    const all = new TlsFleet(NAMES);
    const [frankfurt, dublin, belgium] = all.sites.map(({ tls }) => tls) as [TlsSite, TlsSite, TlsSite];
    const take = () => all.take(all.steps().forward[0]!);
    const update = (...names: string[]) => {
      for (const name of names) all.update(name);
    };
    assert.equal(await links(test, frankfurt, dublin), true, "steady");
    take();
    update("frankfurt", "dublin");
    const early = all.issue("g2", "frankfurt");
    const proper = frankfurt.identity;
    for (const [identity, works] of [
      [early, false],
      [proper, true],
    ] as const) {
      frankfurt.take(frankfurt.bundle, identity);
      assert.equal(await links(test, belgium, frankfurt), works, "belgium does not trust g2 yet: as client");
      assert.equal(await links(test, frankfurt, belgium), works, "and as server");
    }
    update("belgium");
    take();
    update("frankfurt");
    assert.equal(await links(test, frankfurt, dublin), true, "one site is issued from g2");
    assert.equal(await links(test, dublin, frankfurt), true);
    for (const name of ["dublin", "belgium"]) {
      take();
      update(name);
    }
    update(...NAMES);
    take();
    update("frankfurt");
    assert.equal(await links(test, belgium, frankfurt), true, "one site trusts g1 no more");
    assert.equal(await links(test, frankfurt, belgium), true);
  });
});
