/**
 * Manifest of the Deployment `web` in namespace `shop`.
 * @param container its one container, as YAML
 */
export function webDeployment(container: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [${container}] }`;
}
