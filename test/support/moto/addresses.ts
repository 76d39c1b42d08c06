import assert from "node:assert/strict";
import { AllocateAddressCommand, DescribeAddressesCommand } from "@aws-sdk/client-ec2";
import type { Rehearsed } from "../rehearsedTraffic";
import type { Moto } from "./index";

/**
 * Reserves the Elastic IPs of a rehearsal in moto's EC2, and reads them back.
 * @param names gets what AWS calls each address and each allocation, by what the rehearsal did
 * @returns the region of each allocation, by AWS's id of it
 */
export async function reserveAddresses(
  aws: Moto,
  fleet: Rehearsed,
  names: Map<string, string>,
): Promise<Record<string, string>> {
  const regions: Record<string, string> = {};
  for (const { inputs, outputs, provider } of fleet.resources.filter(({ type }) => type === "aws:ec2/eip:Eip")) {
    const region = fleet.resources.find(({ urn }) => provider.startsWith(`${urn}::`))?.inputs.region as string;
    const tags = Object.entries(inputs.tags as Record<string, string>).map(([Key, Value]) => ({ Key, Value }));
    const ec2 = aws.ec2(region);
    const specification = { ResourceType: "elastic-ip" as const, Tags: tags };
    const made = await ec2.send(new AllocateAddressCommand({ Domain: "vpc", TagSpecifications: [specification] }));
    names.set(outputs.publicIp as string, made.PublicIp as string);
    names.set(outputs.allocationId as string, made.AllocationId as string);
    regions[made.AllocationId as string] = region;

    const ids = { AllocationIds: [made.AllocationId as string] };
    const [read] = (await ec2.send(new DescribeAddressesCommand(ids))).Addresses ?? [];
    assert.equal(read?.PublicIp, made.PublicIp);
    assert.equal(read?.Domain, "vpc");
    assert.deepEqual(Object.fromEntries((read?.Tags ?? []).map(({ Key, Value }) => [Key, Value])), inputs.tags);
    ec2.destroy();
  }
  return regions;
}
