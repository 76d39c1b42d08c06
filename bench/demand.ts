/**
 * Times the reading of manifests: YAML is the slow part, and `multisite plan --workloads` waits for it. A thousand
 * workloads is a large company's cluster; the shop is the example of twelve services.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { demandFromManifests } from "../lib/plan/demand";
import { type Figure, median, timesOf } from "./support/figures";

const RUNS = 9;
const WORKLOADS = 1000;
const SHOP = join(__dirname, "../../shared/data/online-boutique.yaml");

const deployment = (index: number) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: service-${index}, labels: { app: service-${index} } }
spec:
  replicas: ${1 + (index % 9)}
  selector: { matchLabels: { app: service-${index} } }
  template:
    metadata: { labels: { app: service-${index} } }
    spec:
      containers:
        - name: app
          image: registry.example.com/service-${index}:1.${index}
          env:
            - { name: PORT, value: "8080" }
          resources:
            requests: { cpu: ${50 + index}m, memory: ${64 + index}Mi }
            limits: { memory: 1Gi }
        - name: proxy
          image: proxy:1
          resources: { requests: { cpu: 10m, memory: 32Mi } }
`;

export async function run(): Promise<Figure[]> {
  const text = Array.from({ length: WORKLOADS }, (_, index) => deployment(index)).join("---\n");
  const figures = [figure(`manifests of ${WORKLOADS} Deployments (${Math.round(text.length / 1000)} kB)`, text)];
  if (existsSync(SHOP))
    figures.push(figure("manifests of a shop of twelve services (23 kB)", readFileSync(SHOP, "utf8")));
  return figures;
}

function figure(name: string, text: string): Figure {
  const times = timesOf(RUNS, () => demandFromManifests([{ name: "bench", text }]));
  const [cold = 0] = times;
  return { name, unit: "ms", value: median(times), note: `median of ${RUNS}, the first ${Math.round(cold)}` };
}
