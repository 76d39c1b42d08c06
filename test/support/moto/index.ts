import { spawn } from "node:child_process";
import type { TestContext } from "node:test";
import { EC2Client } from "@aws-sdk/client-ec2";
import { Route53Client } from "@aws-sdk/client-route-53";
import { motoPython } from "./environment";

/** AWS as moto plays it: what is made is kept until the test ends. */
export interface Moto {
  readonly endpoint: string;
  readonly route53: Route53Client;
  ec2(region: string): EC2Client;
}

/** moto's server on a free port. It ends when its standard input does, whatever becomes of us. */
const SERVER = `
import os, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
from moto.server import main
main(["-H", "127.0.0.1", "-p", "0"])
`;

/**
 * A moto of the test's own, or the reason to skip.
 * @param account that callers without a role are in
 */
export async function moto(test: TestContext, account = "123456789012"): Promise<Moto | string> {
  const found = await motoPython();
  if (typeof found === "string") return found;
  const server = spawn(found.python, ["-c", SERVER], {
    stdio: ["pipe", "ignore", "pipe"],
    env: { ...process.env, MOTO_ACCOUNT_ID: account },
  });
  test.after(() => server.kill("SIGKILL"));
  let said = "";
  const endpoint = await new Promise<string>((resolve, reject) => {
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`moto ended with ${code}: ${said}`)));
    server.stderr.on("data", (chunk) => {
      said += chunk;
      const url = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
  const credentials = { accessKeyId: "moto", secretAccessKey: "moto" };
  return {
    endpoint,
    route53: new Route53Client({ endpoint, credentials, region: "us-east-1" }),
    ec2: (region) => new EC2Client({ endpoint, credentials, region }),
  };
}
