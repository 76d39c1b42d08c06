import type { Bench, Made } from "./support";

const TRUST = JSON.stringify({ Version: "2012-10-17", Statement: [] });

/** A cluster of EKS with everything around it, as a careful team writes it. */
export async function makeAwsSite(bench: Bench, number = 1, region = "eu-west-1") {
  const vpc = await bench.make(
    "aws:ec2/vpc:Vpc",
    { cidrBlock: `10.${number}.0.0/16`, enableDnsHostnames: true },
    `vpc${number}`,
  );
  const subnets: Made[] = [];
  for (const [i, zone] of ["a", "b", "c"].entries()) {
    const inputs = { vpcId: vpc.id, cidrBlock: `10.${number}.${i * 16}.0/20`, availabilityZone: `${region}${zone}` };
    subnets.push(await bench.make("aws:ec2/subnet:Subnet", inputs, `subnet${number}${zone}`));
  }
  const gateway = await bench.make("aws:ec2/internetGateway:InternetGateway", { vpcId: vpc.id }, `igw${number}`);
  const eip = await bench.make("aws:ec2/eip:Eip", { domain: "vpc" }, `eip${number}`);
  const nat = await bench.make(
    "aws:ec2/natGateway:NatGateway",
    { allocationId: eip.id, subnetId: subnets[0]!.id },
    `nat${number}`,
  );
  const table = await bench.make("aws:ec2/routeTable:RouteTable", { vpcId: vpc.id }, `rt${number}`);
  const route = await bench.make(
    "aws:ec2/route:Route",
    { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", natGatewayId: nat.id },
    `route${number}`,
  );
  const role = await bench.make("aws:iam/role:Role", { assumeRolePolicy: TRUST }, `role${number}`);
  const key = await bench.make("aws:kms/key:Key", { enableKeyRotation: true }, `key${number}`);
  const group = await bench.make("aws:ec2/securityGroup:SecurityGroup", { vpcId: vpc.id }, `sg${number}`);
  const cluster = await bench.make(
    "aws:eks/cluster:Cluster",
    {
      roleArn: role.out("arn"),
      version: "1.35",
      vpcConfig: { subnetIds: subnets.map(({ id }) => id), securityGroupIds: [group.id] },
      accessConfig: { authenticationMode: "API" },
      encryptionConfig: { provider: { keyArn: key.out("arn") }, resources: ["secrets"] },
    },
    `cluster${number}`,
  );
  const template = await bench.make(
    "aws:ec2/launchTemplate:LaunchTemplate",
    { metadataOptions: { httpTokens: "required" } },
    `lt${number}`,
  );
  const nodes = await bench.make(
    "aws:eks/nodeGroup:NodeGroup",
    {
      clusterName: cluster.id,
      nodeRoleArn: role.out("arn"),
      subnetIds: subnets.map(({ id }) => id),
      scalingConfig: { minSize: 3, desiredSize: 3, maxSize: 6 },
      launchTemplate: { id: template.id, version: "1" },
      instanceTypes: ["m7i.xlarge"],
    },
    `nodes${number}`,
  );
  return { vpc, subnets, gateway, eip, nat, table, route, role, key, group, cluster, template, nodes };
}
