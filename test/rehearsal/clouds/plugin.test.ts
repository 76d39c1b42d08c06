import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { type HostedPlugins, simulatedClouds, writePlugins } from "../../../rehearsal/clouds";
import { fromStruct, toStruct } from "../../../rehearsal/engine/wire";
import { call, create, pluginClient, startedPlugin } from "../../support/pluginClient";
import { ROOT } from "./support";

const home = mkdtempSync(join(tmpdir(), "clouds-"));
const running: (() => void)[] = [];
let hosted: HostedPlugins;

async function start(): Promise<ResourceProviderClient> {
  const { port, stop } = await startedPlugin(join(home, "plugins", "resource-aws-v7.48.0", "pulumi-resource-aws"));
  const client = await pluginClient(port, "eu-west-1");
  running.push(() => {
    client.close();
    stop();
  });
  return client;
}

describe("plugins for a CLI", () => {
  before(async () => {
    hosted = await writePlugins(home, [{ name: "aws", version: "7.48.0" }], simulatedClouds({ moduleRoots: [ROOT] }));
  });
  after(async () => {
    for (const stop of running) stop();
    await hosted.close();
    rmSync(home, { recursive: true });
  });

  it("answer in processes of their own, and see one world", async () => {
    const [one, two] = [await start(), await start()];
    const vpc = await create(one, "aws:ec2/vpc:Vpc", "v", { cidrBlock: "10.1.0.0/16" });
    const subnet = await create(two, "aws:ec2/subnet:Subnet", "s", { vpcId: vpc.getId(), cidrBlock: "10.1.0.0/20" });
    assert.match(String(fromStruct(subnet.getProperties()).arn), /^arn:aws:ec2:eu-west-1:\d{12}:subnet\/subnet-/);
    await assert.rejects(
      create(two, "aws:ec2/subnet:Subnet", "t", { vpcId: vpc.getId(), cidrBlock: "10.1.0.0/24" }),
      /10\.1\.0\.0\/24 overlaps/,
    );
  });

  it("report failures and differences by path", async () => {
    const client = await start();
    const check = new rpc.CheckRequest();
    check.setUrn("urn:pulumi:t::p::my:comp:Site$aws:ec2/vpc:Vpc::v");
    check.setNews(toStruct({ cidrBlok: "10.1.0.0/16" }));
    const checked = await call<rpc.CheckResponse>((done) => client.check(check, done as never));
    assert.match(
      checked
        .getFailuresList()
        .map((one) => one.getReason())
        .join(),
      /did you mean "cidrBlock"/,
    );
    const diff = new rpc.DiffRequest();
    diff.setUrn("urn:pulumi:t::p::aws:ec2/vpc:Vpc::v");
    diff.setId("vpc-1");
    diff.setOldInputs(toStruct({ cidrBlock: "10.1.0.0/16" }));
    diff.setNews(toStruct({ cidrBlock: "10.2.0.0/16" }));
    const found = await call<rpc.DiffResponse>((done) => client.diff(diff, done as never));
    assert.deepEqual(
      [found.getChanges(), found.getReplacesList()],
      [rpc.DiffResponse.DiffChanges.DIFF_SOME, ["cidrBlock"]],
    );
    assert.equal(found.getDetaileddiffMap().get("cidrBlock")!.getKind(), rpc.PropertyDiff.Kind.UPDATE_REPLACE);
  });
});
