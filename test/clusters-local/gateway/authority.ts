import { existsSync, readFileSync } from "node:fs";
import { get } from "node:https";
import type { TestContext } from "node:test";
import { freePort } from "../../../rehearsal/clusters/sites/ports";
import { until } from "../../support/folders";
import { runProgram } from "../../support/localPrograms";
import { leaf, root } from "../../trust/certificates";

/** An ACME authority on loopback: Pebble, which tells of its own root by a second port. */
export interface LocalAuthority {
  readonly server: string;
  /** What its own server is believed by. */
  readonly root: string;
  /** What is believed of what it issues. */
  issuingRoot(): Promise<string>;
}

/**
 * Starts Pebble for the test.
 * @param dns resolver that it asks for answers to its challenges
 * @param lifetimeSeconds of what it issues
 */
export async function localAuthority(
  t: TestContext,
  path: string,
  dns: string,
  lifetimeSeconds: number,
): Promise<LocalAuthority> {
  const ca = root("pebble");
  const server = leaf(ca, "localhost", { dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"] });
  const [port, management] = await Promise.all([freePort(), freePort()]);
  const files = { "cert.pem": server.chainPem, "key.pem": server.keyPem, "config.json": "" };
  const config = {
    ...{ listenAddress: `127.0.0.1:${port}`, managementListenAddress: `127.0.0.1:${management}` },
    ...{ certificate: "cert.pem", privateKey: "key.pem", httpPort: 1, tlsPort: 1 },
    profiles: { default: { description: "of a test", validityPeriod: lifetimeSeconds } },
  };
  const log = await runProgram(
    t,
    path,
    ["-config", "{config.json}", "-dnsserver", dns],
    { ...files, "config.json": JSON.stringify({ pebble: config }) },
    { PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "0" },
  );
  await until(() => existsSync(log) && /Listening on|ACME directory/.test(readFileSync(log, "utf8")), 120);
  return {
    server: `https://127.0.0.1:${port}/dir`,
    root: ca.certPem,
    issuingRoot: () => read(`https://127.0.0.1:${management}/roots/0`, ca.certPem),
  };
}

function read(url: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { ca }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve(text));
    }).on("error", reject);
  });
}
