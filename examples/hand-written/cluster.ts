import * as ec2 from "@pulumi/aws/ec2";
import * as eks from "@pulumi/aws/eks";
import * as iam from "@pulumi/aws/iam";
import { Provider } from "@pulumi/aws/provider";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

export interface ClusterSettings {
  name: string;
  region: string;
  cidr: string;
  nodes: number;
}

/** A VPC with two subnets, an EKS cluster and one node group in a region of its own. */
export function createCluster({ name, region, cidr, nodes }: ClusterSettings) {
  const opts = { provider: new Provider(name, { region }) };
  const vpc = new ec2.Vpc(name, { cidrBlock: cidr, enableDnsHostnames: true, tags: { Name: `shop-${name}` } }, opts);
  const subnets = createSubnets(name, region, cidr, vpc, opts);

  const cluster = new eks.Cluster(
    name,
    {
      name: `shop-${name}`,
      version: "1.34",
      roleArn: createRole(`${name}-cluster`, "eks.amazonaws.com", ["AmazonEKSClusterPolicy"], opts).arn,
      vpcConfig: { subnetIds: subnets.map((subnet) => subnet.id) },
    },
    opts,
  );
  const workers = new eks.NodeGroup(
    `${name}-workers`,
    {
      clusterName: cluster.name,
      nodeRoleArn: createRole(`${name}-workers`, "ec2.amazonaws.com", WORKER_POLICIES, opts).arn,
      subnetIds: subnets.map((subnet) => subnet.id),
      instanceTypes: ["m6i.xlarge"],
      scalingConfig: { minSize: nodes, desiredSize: nodes, maxSize: nodes },
    },
    opts,
  );
  const kubernetes = new k8s.Provider(name, { kubeconfig: kubeconfigOf(cluster, region) });
  return { kubernetes, nodes: workers };
}

type Options = { provider: Provider };

const WORKER_POLICIES = ["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryPullOnly"];

/** Two zones, since EKS wants its control plane in two at least. */
function createSubnets(name: string, region: string, cidr: string, vpc: ec2.Vpc, opts: Options): ec2.Subnet[] {
  const gateway = new ec2.InternetGateway(name, { vpcId: vpc.id }, opts);
  const routes = new ec2.RouteTable(
    name,
    { vpcId: vpc.id, routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: gateway.id }] },
    opts,
  );
  return ["a", "b"].map((zone, index) => {
    const subnet = new ec2.Subnet(
      `${name}-${zone}`,
      {
        vpcId: vpc.id,
        availabilityZone: `${region}${zone}`,
        cidrBlock: cidr.replace(".0.0/16", `.${index * 32}.0/19`),
        mapPublicIpOnLaunch: true,
      },
      opts,
    );
    new ec2.RouteTableAssociation(`${name}-${zone}`, { subnetId: subnet.id, routeTableId: routes.id }, opts);
    return subnet;
  });
}

function createRole(name: string, service: string, policies: string[], opts: Options): iam.Role {
  const role = new iam.Role(
    name,
    {
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
      }),
    },
    opts,
  );
  for (const policy of policies) {
    const policyArn = `arn:aws:iam::aws:policy/${policy}`;
    new iam.RolePolicyAttachment(`${name}-${policy}`, { role: role.name, policyArn }, opts);
  }
  return role;
}

/** A kubeconfig whose token comes from the AWS CLI. */
function kubeconfigOf(cluster: eks.Cluster, region: string): pulumi.Output<string> {
  return pulumi.jsonStringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "eks",
        cluster: {
          server: cluster.endpoint,
          "certificate-authority-data": cluster.certificateAuthority.apply((authority) => authority.data),
        },
      },
    ],
    users: [
      {
        name: "aws",
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1",
            command: "aws",
            args: ["eks", "get-token", "--region", region, "--cluster-name", cluster.name],
            interactiveMode: "Never",
          },
        },
      },
    ],
    contexts: [{ name: "eks", context: { cluster: "eks", user: "aws" } }],
    "current-context": "eks",
  });
}
