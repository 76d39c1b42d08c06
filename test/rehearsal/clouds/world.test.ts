import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isSecret, UNKNOWN } from "../../../rehearsal/clouds/wire";
import { makeSecret } from "../../../rehearsal/engine/values";
import { makeAwsSite } from "./awsFleet";
import { Bench } from "./support";

const config = { region: "eu-west-1" };

describe("the world", () => {
  it("is the same in every run of one seed, and another for another seed", async () => {
    const ids = async (seed: string) =>
      Object.values(await makeAwsSite(await Bench.open("aws", config, { seed })))
        .flat()
        .map(({ id }) => id);
    assert.deepEqual(await ids("a"), await ids("a"));
    assert.notDeepEqual(await ids("a"), await ids("b"));
  });

  it("changes nothing at the second run, for every modelled type of a site", async () => {
    const bench = await Bench.open("aws", config);
    await makeAwsSite(bench);
    for (const made of bench.made) assert.equal((await bench.diff(made, made.inputs)).changes, "none", made.urn);
  });

  it("is rebuilt from the engine's state", async () => {
    const first = await Bench.open("aws", config);
    const { vpc, subnets } = await makeAwsSite(first);
    const state = first.made.map(({ urn, type, id, inputs, outputs }) => ({
      urn,
      type,
      id,
      inputs,
      outputs,
      provider: config,
    }));
    const second = await Bench.open("aws", config, { state });
    assert.match(
      await second.refusal("aws:ec2/subnet:Subnet", { vpcId: vpc.id, cidrBlock: "10.1.0.0/24" }),
      /overlaps 10\.1\.0\.0\/20 of subnet-/,
    );
    await assert.rejects(second.remove(vpc), new RegExp(subnets[0]!.id));
  });

  it("learns of what exists from the diffs of an engine that knows", async () => {
    const first = await Bench.open("aws", config);
    const { vpc, subnets } = await makeAwsSite(first);
    const second = await Bench.open("aws", config);
    const overlapping = { vpcId: vpc.id, cidrBlock: "10.1.0.0/24" };
    assert.equal(await second.refusal("aws:ec2/subnet:Subnet", overlapping), "");
    await second.diff(vpc, vpc.inputs);
    await second.diff(subnets[0]!, subnets[0]!.inputs);
    assert.match(await second.refusal("aws:ec2/subnet:Subnet", overlapping), /overlaps/);
  });

  it("takes on trust what a program reads", async () => {
    const bench = await Bench.open("aws", config);
    const identity = bench.identity("aws:ec2/vpc:Vpc", "given");
    await bench.provider.read({ ...identity, id: "vpc-0given", inputs: {}, outputs: {}, timeoutSeconds: 0 });
    const subnet = await bench.make("aws:ec2/subnet:Subnet", { vpcId: "vpc-0given", cidrBlock: "172.31.0.0/20" });
    const token = "aws:ec2/getSubnet:getSubnet";
    const { result } = await bench.provider.invoke({ token, args: { id: subnet.id }, preview: false });
    assert.equal(result.cidrBlock, "172.31.0.0/20");
  });

  it("takes ids that the user says exist", async () => {
    const bench = await Bench.open("aws", config, { existing: ["vpc-0outside"] });
    assert.equal(await bench.refusal("aws:ec2/subnet:Subnet", { vpcId: "vpc-0outside", cidrBlock: "10.0.0.0/20" }), "");
    assert.match(
      await bench.refusal("aws:ec2/subnet:Subnet", { vpcId: "vpc-0other", cidrBlock: "10.0.0.0/20" }),
      /does not exist/,
    );
  });

  it("keeps secrets secret and shows them in no message", async () => {
    const bench = await Bench.open("aws", config);
    const made = await bench.make("aws:iam/role:Role", { assumeRolePolicy: "{}", description: makeSecret("S3CR3T") });
    assert.ok(isSecret(made.outputs.description));
    const message = await bench.refusal("aws:ec2/vpc:Vpc", {
      cidrBlock: makeSecret(["S3CR3T"]),
      instanceTenancy: makeSecret("S3CR3T"),
    });
    assert.match(message, /cidrBlock/);
    assert.doesNotMatch(message, /S3CR3T/);
  });

  it("tells nothing in a preview that only the cloud can know", async () => {
    const bench = await Bench.open("aws", config);
    const type = "aws:eks/cluster:Cluster";
    const inputs = { name: "c", roleArn: UNKNOWN, vpcConfig: { subnetIds: [UNKNOWN] }, tags: { a: "b" } };
    const { id, outputs } = await bench.provider.create({
      ...bench.identity(type, "c"),
      inputs,
      preview: true,
      timeoutSeconds: 0,
    });
    assert.equal(id, "");
    assert.deepEqual([outputs.arn, outputs.endpoint, outputs.roleArn], [UNKNOWN, UNKNOWN, UNKNOWN]);
    assert.deepEqual([outputs.name, outputs.region, outputs.tagsAll], ["c", "eu-west-1", { a: "b" }]);
    assert.equal((outputs.vpcConfig as { vpcId: unknown }).vpcId, UNKNOWN);
  });

  it("names by seed, keeps the name, and refuses one that is too long", async () => {
    const bench = await Bench.open("aws", config);
    const check = (name: string, olds = {}, randomSeed = "s") =>
      bench.provider.check({
        ...bench.identity("aws:lb/targetGroup:TargetGroup", name),
        olds,
        news: { port: 1, protocol: "TCP", vpcId: UNKNOWN },
        randomSeed,
      });
    const first = (await check("tg")).inputs;
    assert.match(String(first.name), /^tg-[0-9a-f]{7}$/);
    assert.deepEqual((await check("tg")).inputs.name, first.name);
    assert.deepEqual((await check("tg", first, "other")).inputs.name, first.name);
    assert.notDeepEqual((await check("tg", {}, "other")).inputs.name, first.name);
    assert.match(
      (await check("a-name-of-twenty-six-letters")).failures[0]!.reason,
      /longer than 32; give a name of at most 24 characters/,
    );
  });
});
