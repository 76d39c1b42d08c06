import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { simulatedClouds, writePlugins } from "../../../rehearsal/clouds";
import type { Properties } from "../../../rehearsal/engine/provider";
import { fromStruct } from "../../../rehearsal/engine/wire";
import { installedPlugin, serveRealPlugin } from "../../../rehearsal/pulumi/realPlugin";
import { shellProgram, temporaryFolder } from "../../support/folders";
import { ROOT } from "../../support/multisite";
import { create, pluginClient } from "../../support/pluginClient";

const AWS = { name: "aws", version: "7.48.0" };

/** A plugin's executable that speaks the protocol as any does. */
async function plugin(t: TestContext): Promise<string> {
  const home = temporaryFolder(t);
  const hosted = await writePlugins(home, [AWS], simulatedClouds({ moduleRoots: [ROOT] }));
  t.after(() => hosted.close());
  return installedPlugin(AWS, { PULUMI_HOME: home })!;
}

async function served(t: TestContext, program: string, configuration: (given: Properties) => Properties) {
  const server = await serveRealPlugin({ program, engine: "127.0.0.1:1", cwd: ROOT, configuration });
  t.after(() => server.close());
  return server.port;
}

test("a real plugin is configured with what is put in place, and answers as itself", async (t) => {
  const program = await plugin(t);
  const port = await served(t, program, (given) => {
    assert.deepEqual(given, { region: "eu-west-1" });
    return { region: "eu-central-1" };
  });
  const client = await pluginClient(port, "eu-west-1");
  t.after(() => client.close());
  const vpc = await create(client, "aws:ec2/vpc:Vpc", "v", { cidrBlock: "10.1.0.0/16" });
  assert.match(String(fromStruct(vpc.getProperties()).arn), /^arn:aws:ec2:eu-central-1:/);
  await assert.rejects(
    create(client, "aws:ec2/subnet:Subnet", "s", { vpcId: vpc.getId(), cidrBlock: "10.9.0.0/24" }),
    /10\.9\.0\.0\/24/,
  );
});

test("what may not be configured is refused in its own words", async (t) => {
  const port = await served(t, await plugin(t), () => {
    throw new Error("leads to no site");
  });
  await assert.rejects(pluginClient(port, "eu-west-1"), /leads to no site/);
});

test("a plugin that does not serve says why", async (t) => {
  const program = shellProgram(join(temporaryFolder(t), "plugin"), "echo no licence >&2; exit 1");
  await assert.rejects(
    served(t, program, (given) => given),
    /ended before it served: no licence/,
  );
});

test("a plugin is looked for at exactly its version, then on the PATH", (t) => {
  const [home, path] = [temporaryFolder(t), temporaryFolder(t)];
  const env = { PULUMI_HOME: home, PATH: path };
  const executable = (...parts: string[]) => {
    mkdirSync(join(...parts.slice(0, -1)), { recursive: true });
    writeFileSync(join(...parts), "");
    chmodSync(join(...parts), 0o755);
    return join(...parts);
  };
  executable(home, "plugins", "resource-aws-v7.47.0", "pulumi-resource-aws");
  assert.equal(installedPlugin(AWS, env), undefined);
  const onPath = executable(path, "pulumi-resource-aws");
  assert.equal(installedPlugin(AWS, env), onPath);
  const kept = executable(home, "plugins", "resource-aws-v7.48.0", "pulumi-resource-aws");
  assert.equal(installedPlugin(AWS, env), kept);
});
