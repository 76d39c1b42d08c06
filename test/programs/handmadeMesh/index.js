const { Vpc, Subnet, SecurityGroup } = require("@pulumi/aws/ec2");
const { Cluster } = require("@pulumi/aws/eks");
const { Role } = require("@pulumi/aws/iam");
const { Provider } = require("@pulumi/aws/provider");
const k8s = require("@pulumi/kubernetes");
const pulumi = require("@pulumi/pulumi");

/** What is done wrong at the second site, in words; nothing by default. */
const wrong = new pulumi.Config().get("wrong")?.split(" ") ?? [];

const assumeRolePolicy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "eks.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

function kubeconfigOf(cluster) {
  return pulumi.jsonStringify({
    ...{ apiVersion: "v1", kind: "Config", "current-context": "site", users: [{ name: "site", user: {} }] },
    clusters: [{ name: "site", cluster: { server: cluster.endpoint } }],
    contexts: [{ name: "site", context: { cluster: "site", user: "site" } }],
  });
}

function site(name, number, region, changes) {
  const opts = { provider: new Provider(name, { region }) };
  const cidrBlock = `10.${number}.0.0/16`;
  const vpc = new Vpc(name, { cidrBlock }, opts);
  const subnetIds = ["a", "b"].map((zone, i) => {
    const args = { vpcId: vpc.id, availabilityZone: `${region}${zone}`, cidrBlock: `10.${number}.${i * 32}.0/19` };
    return new Subnet(`${name}-${zone}`, args, opts).id;
  });
  const role = new Role(name, { assumeRolePolicy }, opts);
  const cluster = new Cluster(name, { name, roleArn: role.arn, vpcConfig: { subnetIds } }, opts);
  const rule = (port) => ({
    protocol: "udp",
    fromPort: port,
    toPort: port,
    cidrBlocks: changes.includes("open") ? ["0.0.0.0/0"] : ["10.1.0.0/16", "10.2.0.0/16"],
  });
  const ingress = [rule(8472), rule(51871)];
  new SecurityGroup(name, { vpcId: vpc.id, ingress }, opts);
  const values = {
    cluster: { name, id: changes.includes("id") ? 1 : number },
    ipam: {
      operator: {
        clusterPoolIPv4PodCIDRList: changes.includes("pods") ? ["10.101.0.0/16"] : [`10.${100 + number}.0.0/16`],
      },
    },
    encryption: { enabled: !changes.includes("plain"), type: "wireguard" },
    clustermesh: { useAPIServer: true, cacheTTL: changes.includes("ttl") ? "0s" : "180s" },
    k8sServiceHost: cluster.endpoint,
  };
  const provider = new k8s.Provider(name, { kubeconfig: kubeconfigOf(cluster) });
  const chart = { chart: "cilium", version: changes.includes("old") ? "1.17.4" : "1.19.5", namespace: "kube-system" };
  new k8s.helm.v3.Release(
    name,
    { ...chart, repositoryOpts: { repo: "https://helm.cilium.io/" }, values },
    { provider },
  );
}

site("frankfurt", 1, "eu-central-1", []);
site("dublin", 2, "eu-west-1", wrong);
