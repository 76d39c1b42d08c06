import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Properties } from "../../../rehearsal/engine/provider";
import { makeAwsSite } from "./awsFleet";
import { Bench } from "./support";

const TRUST = JSON.stringify({ Version: "2012-10-17", Statement: [] });
const config = { region: "eu-west-1", allowedAccountIds: '["111122223333"]' };
type Site = Awaited<ReturnType<typeof makeAwsSite>>;

/** What AWS takes beside a site that exists, by type. */
const ACCEPTED: [type: string, inputs: (site: Site) => Properties][] = [
  ["aws:ec2/vpc:Vpc", () => ({ cidrBlock: "10.2.0.0/16" })],
  ["aws:ec2/subnet:Subnet", ({ vpc }) => ({ vpcId: vpc.id, cidrBlock: "10.1.64.0/20" })],
  [
    "aws:ec2/routeTableAssociation:RouteTableAssociation",
    ({ subnets, table }) => ({ subnetId: subnets[0]!.id, routeTableId: table.id }),
  ],
  ["aws:ec2/natGateway:NatGateway", ({ subnets }) => ({ subnetId: subnets[1]!.id, connectivityType: "private" })],
  [
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    ({ group }) => ({
      securityGroupId: group.id,
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
      cidrIpv4: "10.0.0.0/8",
    }),
  ],
  [
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    ({ cluster, group }) => ({
      securityGroupId: (cluster.outputs.vpcConfig as Properties).clusterSecurityGroupId,
      ipProtocol: "-1",
      referencedSecurityGroupId: group.id,
    }),
  ],
  [
    "aws:ec2/securityGroupRule:SecurityGroupRule",
    ({ group }) => ({
      type: "egress",
      securityGroupId: group.id,
      protocol: "-1",
      fromPort: 0,
      toPort: 0,
      cidrBlocks: ["0.0.0.0/0"],
    }),
  ],
  [
    "aws:ec2/vpcEndpoint:VpcEndpoint",
    ({ vpc, subnets }) => ({
      vpcId: vpc.id,
      serviceName: "com.amazonaws.eu-west-1.ec2",
      vpcEndpointType: "Interface",
      privateDnsEnabled: true,
      subnetIds: [subnets[0]!.id],
    }),
  ],
  [
    "aws:ec2/vpcEndpoint:VpcEndpoint",
    ({ vpc, table }) => ({ vpcId: vpc.id, serviceName: "com.amazonaws.eu-west-1.s3", routeTableIds: [table.id] }),
  ],
  [
    "aws:ec2/flowLog:FlowLog",
    ({ vpc, role }) => ({
      vpcId: vpc.id,
      trafficType: "ALL",
      iamRoleArn: role.out("arn"),
      logDestination: "arn:aws:logs:eu-west-1:111122223333:log-group:x",
    }),
  ],
  [
    "aws:eks/addon:Addon",
    ({ cluster }) => ({ clusterName: cluster.id, addonName: "coredns", configurationValues: '{"replicaCount":2}' }),
  ],
  [
    "aws:eks/podIdentityAssociation:PodIdentityAssociation",
    ({ cluster, role }) => ({
      clusterName: cluster.id,
      namespace: "kube-system",
      serviceAccount: "ebs",
      roleArn: role.out("arn"),
    }),
  ],
  [
    "aws:eks/accessEntry:AccessEntry",
    ({ cluster }) => ({
      clusterName: cluster.id,
      principalArn: "arn:aws:iam::111122223333:role/admin",
      kubernetesGroups: ["platform"],
    }),
  ],
  ["aws:iam/rolePolicy:RolePolicy", ({ role }) => ({ role: role.id, policy: TRUST })],
  [
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    ({ role }) => ({ role: role.id, policyArn: "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy" }),
  ],
  [
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
    () => ({ url: "https://oidc.example.com/id/1", clientIdLists: ["sts.amazonaws.com"] }),
  ],
  ["aws:iam/instanceProfile:InstanceProfile", ({ role }) => ({ role: role.id })],
  ["aws:kms/alias:Alias", ({ key }) => ({ targetKeyId: key.id })],
  ["aws:cloudwatch/logGroup:LogGroup", ({ key }) => ({ retentionInDays: 90, kmsKeyId: key.out("arn") })],
  [
    "aws:lb/loadBalancer:LoadBalancer",
    ({ subnets }) => ({
      loadBalancerType: "network",
      internal: true,
      subnetMappings: [{ subnetId: subnets[0]!.id, privateIpv4Address: "10.1.0.10" }],
    }),
  ],
  ["aws:lb/targetGroup:TargetGroup", ({ vpc }) => ({ port: 443, protocol: "TCP", vpcId: vpc.id })],
];

/** What AWS refuses beside a site that exists, by type, and what the message must say. */
const REFUSED: [type: string, inputs: (site: Site) => Properties, message: RegExp][] = [
  [
    "aws:ec2/vpc:Vpc",
    () => ({ cidrBlock: "10.2.0.1/16" }),
    /cidrBlock: must begin at its first address; got "10\.2\.0\.1\/16", which is 10\.2\.0\.0\/16/,
  ],
  [
    "aws:ec2/vpc:Vpc",
    () => ({ cidrBlock: "10.0.0.0/8" }),
    /cidrBlock: must have a prefix length from \/16 to \/28; got "10\.0\.0\.0\/8"/,
  ],
  ["aws:ec2/vpc:Vpc", () => ({}), /cidrBlock: must be given unless ipv4IpamPoolId is/],
  [
    "aws:ec2/subnet:Subnet",
    ({ vpc }) => ({ vpcId: vpc.id, cidrBlock: "10.9.0.0/20" }),
    /10\.9\.0\.0\/20 is not inside 10\.1\.0\.0\/16/,
  ],
  [
    "aws:ec2/subnet:Subnet",
    ({ vpc }) => ({ vpcId: vpc.id, cidrBlock: "10.1.8.0/24" }),
    /10\.1\.8\.0\/24 overlaps 10\.1\.0\.0\/20 of subnet-/,
  ],
  [
    "aws:ec2/subnet:Subnet",
    () => ({ vpcId: "vpc-0123", cidrBlock: "10.1.96.0/20" }),
    /vpcId: Vpc "vpc-0123" does not exist in AWS 111122223333, eu-west-1/,
  ],
  [
    "aws:ec2/subnet:Subnet",
    ({ vpc }) => ({ vpcId: vpc.id, cidrBlock: "10.1.96.0/20", availabilityZone: "eu-west-1z" }),
    /availabilityZone: must be a zone of eu-west-1 \(eu-west-1a, eu-west-1b, eu-west-1c\); got "eu-west-1z"/,
  ],
  ["aws:ec2/subnet:Subnet", ({ vpc }) => ({ vpcId: vpc.id, cidrBlock: "10.1.96.0/29" }), /from \/16 to \/28/],
  ["aws:ec2/internetGateway:InternetGateway", ({ vpc }) => ({ vpcId: vpc.id }), /vpcId "vpc-.*" exists already/],
  [
    "aws:ec2/natGateway:NatGateway",
    ({ subnets }) => ({ subnetId: subnets[1]!.id }),
    /allocationId: must be given for a public NAT gateway/,
  ],
  [
    "aws:ec2/natGateway:NatGateway",
    ({ subnets, eip }) => ({ subnetId: subnets[1]!.id, allocationId: eip.id }),
    /allocationId "eipalloc-.*" exists already/,
  ],
  [
    "aws:ec2/route:Route",
    ({ table, gateway }) => ({ routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id }),
    /exists already/,
  ],
  [
    "aws:ec2/route:Route",
    ({ table, gateway, nat }) => ({
      routeTableId: table.id,
      destinationCidrBlock: "10.9.0.0/16",
      gatewayId: gateway.id,
      natGatewayId: nat.id,
    }),
    /exactly one of .* must be given; got gatewayId and natGatewayId/,
  ],
  [
    "aws:ec2/route:Route",
    ({ table, nat }) => ({ routeTableId: table.id, destinationCidrBlock: "10.9.0.0/16", gatewayId: nat.id }),
    /gatewayId: InternetGateway "nat-.*" does not exist/,
  ],
  ["aws:ec2/eip:Eip", () => ({ domain: "standard" }), /domain: must be one of "vpc"/],
  [
    "aws:ec2/securityGroup:SecurityGroup",
    ({ vpc }) => ({ vpcId: vpc.id, name: "sg-mine" }),
    /name: must be 1 to 255 characters that do not begin with sg-/,
  ],
  [
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    ({ group }) => ({ securityGroupId: group.id, ipProtocol: "-1", fromPort: 0, toPort: 0, cidrIpv4: "10.0.0.0/8" }),
    /fromPort: cannot be given when ipProtocol is -1/,
  ],
  [
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    ({ group }) => ({ securityGroupId: group.id, ipProtocol: "tcp", fromPort: 80, toPort: 70, cidrIpv4: "10.0.0.0/8" }),
    /fromPort: must be at most toPort \(70\); got 80/,
  ],
  [
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    ({ group }) => ({ securityGroupId: group.id, ipProtocol: "-1" }),
    /exactly one of cidrIpv4, .*; got none/,
  ],
  [
    "aws:ec2/launchTemplate:LaunchTemplate",
    () => ({ metadataOptions: { httpTokens: "require" } }),
    /metadataOptions.httpTokens: must be one of .*; did you mean "required"/,
  ],
  ["aws:ec2/launchTemplate:LaunchTemplate", () => ({ userData: "#!/bin/sh" }), /userData: must be encoded in Base64/],
  [
    "aws:ec2/vpcEndpoint:VpcEndpoint",
    ({ vpc }) => ({ vpcId: vpc.id, serviceName: "com.amazonaws.us-east-1.s3" }),
    /serviceName: must be a service of eu-west-1; got .* of us-east-1/,
  ],
  [
    "aws:ec2/vpcEndpoint:VpcEndpoint",
    ({ vpc }) => ({ vpcId: vpc.id, serviceName: "com.amazonaws.eu-west-1.ec2" }),
    /vpcEndpointType: must be "Interface"/,
  ],
  ["aws:ec2/flowLog:FlowLog", ({ vpc }) => ({ vpcId: vpc.id, trafficType: "ALL" }), /iamRoleArn: must be given/],
  [
    "aws:eks/cluster:Cluster",
    ({ role, subnets }) => ({ roleArn: role.out("arn"), vpcConfig: { subnetIds: [subnets[0]!.id] } }),
    /must lie in two zones at least; they lie in eu-west-1a/,
  ],
  [
    "aws:eks/cluster:Cluster",
    ({ role, subnets }) => ({
      roleArn: role.out("arn"),
      version: "1.12",
      vpcConfig: { subnetIds: subnets.map(({ id }) => id) },
    }),
    /version: must be from 1\.\d\d to 1\.\d\d, which the clouds offer; got "1.12"/,
  ],
  [
    "aws:eks/cluster:Cluster",
    ({ role, subnets }) => ({
      roleArn: role.out("arn"),
      vpcConfig: { subnetIds: subnets.map(({ id }) => id), endpointPublicAccess: false },
    }),
    /endpointPrivateAccess: must be true/,
  ],
  [
    "aws:eks/cluster:Cluster",
    ({ cluster, role, subnets }) => ({
      name: cluster.id,
      roleArn: role.out("arn"),
      vpcConfig: { subnetIds: subnets.map(({ id }) => id) },
    }),
    /exists already/,
  ],
  [
    "aws:eks/cluster:Cluster",
    ({ subnets }) => ({
      roleArn: "none",
      vpcConfig: { subnetIds: subnets.map(({ id }) => id) },
    }),
    /roleArn: Role "none" does not exist/,
  ],
  [
    "aws:eks/nodeGroup:NodeGroup",
    ({ cluster, role, subnets }) => ({
      clusterName: cluster.id,
      nodeRoleArn: role.out("arn"),
      subnetIds: [subnets[0]!.id],
      scalingConfig: { minSize: 5, desiredSize: 3, maxSize: 6 },
    }),
    /scalingConfig.minSize: must be at most scalingConfig.desiredSize \(3\); got 5/,
  ],
  [
    "aws:eks/nodeGroup:NodeGroup",
    ({ role, subnets }) => ({
      clusterName: "none",
      nodeRoleArn: role.out("arn"),
      subnetIds: [subnets[0]!.id],
      scalingConfig: { minSize: 1, desiredSize: 1, maxSize: 1 },
    }),
    /clusterName: Cluster "none" does not exist/,
  ],
  [
    "aws:eks/nodeGroup:NodeGroup",
    ({ cluster, role, subnets, template }) => ({
      clusterName: cluster.id,
      nodeRoleArn: role.out("arn"),
      subnetIds: [subnets[0]!.id],
      diskSize: 20,
      launchTemplate: { id: template.id, version: "1" },
      scalingConfig: { minSize: 1, desiredSize: 1, maxSize: 1 },
    }),
    /diskSize: cannot be given together with launchTemplate/,
  ],
  [
    "aws:eks/nodeGroup:NodeGroup",
    ({ cluster, role, subnets, template }) => ({
      clusterName: cluster.id,
      nodeRoleArn: role.out("arn"),
      subnetIds: [subnets[0]!.id],
      launchTemplate: { id: template.id, version: "9" },
      scalingConfig: { minSize: 1, desiredSize: 1, maxSize: 1 },
    }),
    /has versions 1 to 1; got 9/,
  ],
  [
    "aws:eks/addon:Addon",
    ({ cluster }) => ({ clusterName: cluster.id, addonName: "coredns", configurationValues: "replicas: 2" }),
    /configurationValues: must be the add-on's configuration in JSON/,
  ],
  [
    "aws:eks/accessEntry:AccessEntry",
    ({ cluster }) => ({
      clusterName: cluster.id,
      principalArn: "arn:aws:iam::111122223333:role/x",
      kubernetesGroups: ["system:masters"],
    }),
    /kubernetesGroups\[0\]: must be a group that does not begin with system:/,
  ],
  [
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
    ({ cluster }) => ({
      clusterName: cluster.id,
      principalArn: "arn:aws:iam::111122223333:role/x",
      policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
      accessScope: { type: "cluster" },
    }),
    /principalArn: AccessEntry .* does not exist/,
  ],
  [
    "aws:iam/role:Role",
    () => ({ assumeRolePolicy: "{" }),
    /assumeRolePolicy: must be a trust policy in JSON; it cannot be read/,
  ],
  ["aws:iam/role:Role", () => ({ name: "a b", assumeRolePolicy: TRUST }), /name: must be 1 to 64 letters/],
  ["aws:iam/role:Role", ({ role }) => ({ name: role.id, assumeRolePolicy: TRUST }), /exists already/],
  [
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    ({ role }) => ({ role: role.id, policyArn: "AmazonEKSClusterPolicy" }),
    /policyArn: must be the ARN of a policy/,
  ],
  [
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
    () => ({ url: "http://x", clientIdLists: [] }),
    /url: must be an https URL/,
  ],
  [
    "aws:kms/key:Key",
    () => ({ deletionWindowInDays: 3 }),
    /deletionWindowInDays: must be a whole number from 7 to 30 days; got 3/,
  ],
  [
    "aws:kms/alias:Alias",
    ({ key }) => ({ name: "mine", targetKeyId: key.id }),
    /name: must be a name such as "alias\/team"/,
  ],
  ["aws:cloudwatch/logGroup:LogGroup", () => ({ retentionInDays: 91 }), /retentionInDays: must be one of .*; got 91/],
  [
    "aws:lb/loadBalancer:LoadBalancer",
    ({ subnets }) => ({ subnets: [subnets[0]!.id] }),
    /needs subnets in two zones at least; got 1/,
  ],
  [
    "aws:lb/loadBalancer:LoadBalancer",
    ({ subnets }) => ({
      loadBalancerType: "network",
      internal: true,
      subnetMappings: [{ subnetId: subnets[0]!.id, privateIpv4Address: "10.1.0.3" }],
    }),
    /10\.1\.0\.3 must lie in 10\.1\.0\.0\/20 .*, not among its first four/,
  ],
  ["aws:lb/targetGroup:TargetGroup", () => ({ port: 443 }), /protocol: must be given unless targetType is lambda/],
];

describe("AWS", () => {
  for (const [type, inputs] of ACCEPTED) {
    it(`takes ${type}`, async () => {
      const bench = await Bench.open("aws", config);
      assert.equal(await bench.refusal(type, inputs(await makeAwsSite(bench)), "new"), "");
      assert.equal(bench.source.fidelity(type), "modelled");
    });
  }
  for (const [type, inputs, message] of REFUSED) {
    it(`refuses ${type}: ${message.source.slice(0, 60)}`, async () => {
      const bench = await Bench.open("aws", config);
      assert.match(await bench.refusal(type, inputs(await makeAwsSite(bench)), "new"), message);
    });
  }

  it("refuses every broken input at once", async () => {
    const bench = await Bench.open("aws", config);
    const message = await bench.refusal("aws:eks/cluster:Cluster", {
      roleArn: 3,
      version: "latest",
      nam: "x",
      vpcConfig: {},
    });
    for (const part of [
      /roleArn: must be a string; got 3/,
      /version: must be a version/,
      /unknown property "nam"; did you mean "name"/,
      /vpcConfig.subnetIds: missing/,
    ]) {
      assert.match(message, part);
    }
  });

  it("keeps regions and accounts apart, and shares them between providers", async () => {
    const bench = await Bench.open("aws", config);
    const { vpc } = await makeAwsSite(bench);
    const twin = await Bench.in(bench.source, "aws", config);
    assert.equal(await twin.refusal("aws:ec2/subnet:Subnet", { vpcId: vpc.id, cidrBlock: "10.1.96.0/20" }, "twin"), "");
    const elsewhere = await Bench.in(bench.source, "aws", { ...config, region: "eu-central-1" });
    assert.match(
      await elsewhere.refusal("aws:ec2/subnet:Subnet", { vpcId: vpc.id, cidrBlock: "10.1.112.0/20" }),
      /is in AWS 111122223333, eu-west-1, not in AWS 111122223333, eu-central-1/,
    );
    const other = await Bench.in(bench.source, "aws", { region: "eu-west-1", allowedAccountIds: '["999922223333"]' });
    assert.match(
      await other.refusal("aws:ec2/subnet:Subnet", { vpcId: vpc.id, cidrBlock: "10.1.112.0/20" }),
      /is in AWS 111122223333/,
    );
    assert.equal(await other.refusal("aws:iam/role:Role", { name: "role1", assumeRolePolicy: TRUST }), "");
  });

  it("deletes nothing that is in use, and everything in reverse order", async () => {
    const bench = await Bench.open("aws", config);
    const { vpc, nodes, cluster, eip } = await makeAwsSite(bench);
    await assert.rejects(
      bench.remove(vpc),
      /refuses to delete aws:ec2\/vpc:Vpc "vpc1": it is in use by subnet-.*; delete those first/,
    );
    await assert.rejects(bench.remove(cluster), /in use by .*:nodes1-/);
    await assert.rejects(bench.remove(eip), /in use by nat-/);
    await bench.remove(nodes);
    for (const made of bench.made.filter((one) => one !== nodes).reverse()) await bench.remove(made);
  });

  it("protects a cluster from deletion until the protection is taken off", async () => {
    const bench = await Bench.open("aws", config);
    const { role, subnets } = await makeAwsSite(bench);
    const inputs = {
      roleArn: role.out("arn"),
      vpcConfig: { subnetIds: subnets.map(({ id }) => id) },
      deletionProtection: true,
    };
    const cluster = await bench.make("aws:eks/cluster:Cluster", inputs);
    await assert.rejects(bench.remove(cluster), /deletionProtection is on/);
    const off = { ...inputs, deletionProtection: false };
    await bench.update(cluster, off);
    await bench.remove({ ...cluster, inputs: { ...cluster.inputs, deletionProtection: false } });
  });

  it("replaces on what cannot change, updates the rest, and says the path", async () => {
    const bench = await Bench.open("aws", config);
    const { cluster, vpc, nodes, template } = await makeAwsSite(bench);
    const bootstrap = await bench.diff(cluster, { ...cluster.inputs, bootstrapSelfManagedAddons: false });
    assert.deepEqual([bootstrap.replaces, bootstrap.deleteBeforeReplace], [["bootstrapSelfManagedAddons"], false]);
    const version = await bench.diff(cluster, { ...cluster.inputs, version: "1.36" });
    assert.deepEqual(
      [version.changes, version.replaces, version.detailedDiff],
      ["some", [], { version: { kind: "update", inputDiff: true } }],
    );
    assert.deepEqual((await bench.diff(vpc, { ...vpc.inputs, cidrBlock: "10.7.0.0/16" })).replaces, ["cidrBlock"]);
    const size = await bench
      .diff(nodes, { ...nodes.inputs, scalingConfig: { minSize: 4, desiredSize: 3, maxSize: 6 } })
      .catch((error: Error) => error.message);
    assert.match(String(size), /must be at most scalingConfig.desiredSize/);
    const preview = await bench.update(template, { ...template.inputs, ebsOptimized: "true" }, true);
    assert.match(String(preview.latestVersion), /^04da6b54-/);
    assert.equal((await bench.update(template, { ...template.inputs, ebsOptimized: "true" })).latestVersion, 2);
  });

  it("upgrades by one minor version, and takes a control plane back by one when its nodes are", async () => {
    const bench = await Bench.open("aws", config);
    const { cluster, nodes } = await makeAwsSite(bench);
    const to = (version: string) => bench.update(cluster, { ...cluster.inputs, version });
    await assert.rejects(
      to("1.34"),
      /cannot change from 1\.35 to 1\.34 while nodes of .+ are newer; take them back first/,
    );
    await assert.rejects(
      bench.update(nodes, { ...nodes.inputs, version: "1.36" }),
      /version: 1\.36 is newer than the control plane's 1\.35; upgrade that first/,
    );
    await bench.update(nodes, { ...nodes.inputs, version: "1.33" });
    await assert.rejects(to("1.33"), /cannot change from 1\.35 to 1\.33: a control plane is taken back by one minor/);
    assert.equal((await to("1.34")).version, "1.34");
    await assert.rejects(
      to("1.36"),
      /cannot change from 1\.34 to 1\.36: .* one minor version at a time; give 1\.35 first/,
    );
    assert.equal((await to("1.35")).version, "1.35");
  });

  it("answers who and where the provider is", async () => {
    const { provider } = await Bench.open("aws", config);
    const call = async (name: string, args = {}) =>
      (await provider.invoke({ token: `aws:index/${name}:${name}`, args, preview: false })).result;
    assert.equal((await call("getCallerIdentity")).accountId, "111122223333");
    assert.deepEqual((await call("getAvailabilityZones")).names, ["eu-west-1a", "eu-west-1b", "eu-west-1c"]);
    assert.equal((await call("getPartition")).partition, "aws");
    assert.equal((await call("getRegion")).region, "eu-west-1");
  });
});
