import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

const services = [
  { name: "web", replicas: 9, cpu: "500m", memory: "1Gi" },
  { name: "cart", replicas: 6, cpu: "250m", memory: "512Mi" },
];

/** The shop in one cluster. Its users are spread over the clusters by DNS. */
export function deployShop(cluster: string, provider: k8s.Provider, nodes: pulumi.Resource) {
  for (const { name, replicas, cpu, memory } of services) {
    const labels = { app: name };
    const container = {
      name,
      image: `ghcr.io/example/shop-${name}:2.4.1`,
      ports: [{ containerPort: 8080 }],
      resources: { requests: { cpu, memory }, limits: { memory } },
    };
    new k8s.apps.v1.Deployment(
      `${cluster}-${name}`,
      {
        metadata: { name, namespace: "default" },
        spec: {
          replicas,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [container] } },
        },
      },
      { provider, dependsOn: nodes },
    );
    new k8s.core.v1.Service(
      `${cluster}-${name}`,
      {
        metadata: { name, namespace: "default" },
        spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
      },
      { provider },
    );
  }
}
