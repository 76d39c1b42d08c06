import { createHash } from "node:crypto";
import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget";
import * as pulumi from "@pulumi/pulumi";
import { GATEWAY, type SiteGatewayPlan, type TrafficGatewayPlan } from "../plan/gateway/plan";
import { OWN_HEALTH, READINESS_PORTS, READINESS_REQUESTS, readinessConfig } from "../plan/gateway/readiness";

const { namespace, readiness: name } = GATEWAY;
const LABELS = { "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": GATEWAY.namespace };
const FOLDER = "/etc/readiness";
const FILE = "haproxy.cfg";

/** HAProxy takes a Service for well until three checks of it have failed: nobody shall hear that. */
const FIRST_VERDICT_SECONDS = 8;

/** User and group of the official image. */
const NOBODY = 99;

/**
 * What answers for the site's readiness: two pods that ask every route's Service. Without them, as when somebody scales
 * them to 0, the path answers 503 and every service leads users elsewhere.
 * @param endSeconds when the site's certificate ends, in seconds since 1970, where nobody in the site renews it
 */
export function readiness(
  plan: TrafficGatewayPlan,
  site: SiteGatewayPlan,
  endSeconds: pulumi.Output<number | undefined> | undefined,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const key = `${site.site}-gateway-${name}`;
  const { readinessPath: path, domain, routes } = plan;
  const common = { path, domain, serves: site.serves, routes };
  const config = pulumi
    .output(endSeconds)
    .apply((certificateEndSeconds) =>
      readinessConfig({ ...common, ...(certificateEndSeconds !== undefined && { certificateEndSeconds }) }),
    );
  const map = new ConfigMap(key, { metadata: { namespace, name }, data: { [FILE]: config } }, options);
  const metadata = { namespace, name, labels: LABELS };
  const deployment = new Deployment(
    key,
    { metadata, spec: { ...DEPLOYED, template: template(plan.readinessImage, config) } },
    pulumi.mergeOptions(options, { dependsOn: map }),
  );
  const service = new Service(
    key,
    {
      metadata: { ...metadata, annotations: SKIP_AWAIT },
      spec: {
        selector: LABELS,
        ports: [{ name: "http", port: READINESS_PORTS.site, targetPort: READINESS_PORTS.site }],
      },
    },
    options,
  );
  const budget = new PodDisruptionBudget(
    key,
    { metadata: { namespace, name }, spec: { minAvailable: 1, selector: { matchLabels: LABELS } } },
    options,
  );
  return [map, deployment, service, budget];
}

/** A site without ready nodes, as before its first pool is there, must not fail a run for ten minutes: health says it. */
const SKIP_AWAIT = { "pulumi.com/skipAwait": "true" };

const DEPLOYED = {
  replicas: 2,
  selector: { matchLabels: LABELS },
  strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
};

function template(image: string, config: pulumi.Output<string>) {
  const selector = { labelSelector: { matchLabels: LABELS }, maxSkew: 1, whenUnsatisfiable: "ScheduleAnyway" };
  // Its configuration is read once.
  const hash = config.apply((text) => createHash("sha256").update(text).digest("hex").slice(0, 16));
  const annotations = { "multisite/config": hash };
  return {
    metadata: { labels: LABELS, annotations },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      topologySpreadConstraints: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
        ...{ ...selector, topologyKey },
      })),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: NOBODY,
        runAsGroup: NOBODY,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [container(image)],
      volumes: [{ name: "config", configMap: { name } }],
    },
  };
}

function container(image: string) {
  const probe = { httpGet: { path: OWN_HEALTH, port: READINESS_PORTS.own }, periodSeconds: 5, timeoutSeconds: 3 };
  const { cpuMillis, memoryMiB } = READINESS_REQUESTS;
  return {
    name,
    image,
    command: ["haproxy", "-W", "-db", "-f", `${FOLDER}/${FILE}`],
    ports: Object.values(READINESS_PORTS).map((containerPort) => ({ containerPort })),
    resources: {
      requests: { cpu: `${cpuMillis}m`, memory: `${memoryMiB}Mi` },
      limits: { memory: `${memoryMiB}Mi` },
    },
    readinessProbe: { ...probe, initialDelaySeconds: FIRST_VERDICT_SECONDS },
    livenessProbe: { ...probe, failureThreshold: 6 },
    securityContext: {
      ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
    },
    volumeMounts: [{ name: "config", mountPath: FOLDER, readOnly: true }],
  };
}
