import * as pulumi from "@pulumi/pulumi";
import { createCluster } from "./cluster";
import { deployShop } from "./shop";

const config = new pulumi.Config();

const regions = [
  { name: "frankfurt", region: "eu-central-1", cidr: "10.1.0.0/16", nodes: 3 },
  { name: "ireland", region: "eu-west-1", cidr: "10.2.0.0/16", nodes: 3 },
  { name: "stockholm", region: "eu-north-1", cidr: "10.3.0.0/16", nodes: config.getNumber("stockholmNodes") ?? 2 },
];

for (const settings of regions) {
  const { kubernetes, nodes } = createCluster(settings);
  deployShop(settings.name, kubernetes, nodes);
}
