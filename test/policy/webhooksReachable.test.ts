import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { metricsServerValues } from "../../lib/addons/metricsServer";
import { fleetPlan } from "../../lib/plan/fleetPlan";
import { certManagerValues, trustManagerValues } from "../../lib/trust/certManager";
import type { SentResource } from "../support/packProcess";
import { eksCluster, GKE, inCluster, kubernetes } from "../support/programs";
import { twoRegions } from "../support/specs";
import { onStack, UNKNOWN_VALUE } from "./fakes";

const RULE = "me-011-webhooks-reachable";
const SITE = "frankfurt";

function chart(name: string, values: unknown, site = SITE): SentResource {
  const props = { chart: name, values };
  return { ...inCluster(site, "helm.sh/v3:Release", name, {}), props };
}

const overlay = chart("cilium/cilium", { cluster: { name: SITE, id: 1 } });

/** A cluster on EKS whose pods are an overlay, and what is in it. */
function onEks(...inside: SentResource[]): SentResource[] {
  return [eksCluster(SITE, "eu-central-1"), kubernetes(SITE), overlay, ...inside];
}

/** A webhook by hand, with its Service and pods. */
function webhook(name: string, spec: object, type = "admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration") {
  const service = { namespace: "default", name };
  const labels = { app: name };
  const template = { metadata: { labels }, spec };
  const caller = inCluster(SITE, type, `${name}-hook`, {}, { webhooks: [{ name, clientConfig: { service } }] });
  return [
    caller,
    inCluster(SITE, "core/v1:Service", name, { selector: labels }),
    inCluster(SITE, "apps/v1:Deployment", name, { template }),
  ];
}

const listening = (port: number, hostNetwork: unknown = true) => ({
  hostNetwork,
  containers: [{ name: "server", image: "server", ports: [{ containerPort: port }] }],
});

function said(resources: readonly SentResource[]): string[] {
  return onStack(RULE, resources).messages;
}

const inOverlay = (called: string, behind: string) =>
  `${called} at ${SITE} has its pods (${behind}) in the overlay, which the API server of EKS does not reach: run them with hostNetwork, on a port of their own.`;

const apiService = (name: string): SentResource => ({
  ...inCluster(SITE, "apiregistration.k8s.io/v1:APIService", name, { service: { namespace: "default", name } }),
});

const CASES: readonly (readonly [string, SentResource[], readonly string[]])[] = [
  [
    "a webhook in the overlay",
    onEks(...webhook("guard", listening(9443, false))),
    [inOverlay("ValidatingWebhookConfiguration guard-hook", "default/guard")],
  ],
  ["a webhook on the host network", onEks(...webhook("guard", listening(9443))), []],
  ["a webhook of which that is not known", onEks(...webhook("guard", listening(9443, UNKNOWN_VALUE))), []],
  [
    "an aggregated API in the overlay",
    onEks(apiService("metrics"), ...webhook("metrics", listening(443, false)).slice(1)),
    [inOverlay("APIService metrics", "default/metrics")],
  ],
  ["a webhook whose pods are in no program", onEks(...webhook("guard", listening(9443, false)).slice(0, 2)), []],
  [
    "two webhooks on one port",
    onEks(...webhook("guard", listening(9443)), ...webhook("seal", listening(9443))),
    [
      `default/seal and default/guard at ${SITE} both hold port 9443 of the host: no node runs both, give each its own.`,
    ],
  ],
  [
    "two webhooks on ports of their own",
    onEks(...webhook("guard", listening(9443)), ...webhook("seal", listening(9444))),
    [],
  ],
  [
    "one program with two configurations",
    onEks(
      ...webhook("guard", listening(9443)),
      webhook("guard", {}, "admissionregistration.k8s.io/v1:MutatingWebhookConfiguration")[0]!,
    ),
    [],
  ],
  [
    "cert-manager as its chart is",
    onEks(chart("cert-manager", {})),
    [inOverlay("The chart of cert-manager", "cert-manager")],
  ],
  [
    "metrics-server on the kubelet's port",
    onEks(chart("https://example.com/charts/metrics-server-3.13.1.tgz", { hostNetwork: { enabled: true } })),
    [`metrics-server at ${SITE} is on port 10250 of the host, which is Kubernetes's on every node: give another.`],
  ],
  ["a chart whose values are not known", onEks(chart("cert-manager", UNKNOWN_VALUE)), []],
  [
    "ingress without its webhook",
    onEks(chart("ingress-nginx", { controller: { admissionWebhooks: { enabled: false } } })),
    [],
  ],
  [
    "two charts on one port",
    onEks(
      chart("aws-load-balancer-controller", { hostNetwork: true }),
      chart("kyverno", { admissionController: { hostNetwork: true } }),
    ),
    [
      `kyverno and aws-load-balancer-controller at ${SITE} both hold port 9443 of the host: no node runs both, give each its own.`,
    ],
  ],
  [
    "pods with the VPC's addresses",
    [eksCluster(SITE, "eu-central-1"), kubernetes(SITE), ...webhook("guard", listening(9443, false))],
    [],
  ],
  [
    "pods with the VPC's addresses, by Cilium",
    onEks(...webhook("guard", listening(9443, false))).map((one) =>
      one === overlay ? chart("cilium", { eni: { enabled: true } }) : one,
    ),
    [],
  ],
  [
    "another cloud, whose API server reaches pods",
    [{ type: GKE, name: SITE, props: {} }, kubernetes(SITE, GKE), overlay, ...webhook("guard", listening(9443, false))],
    [],
  ],
];

describe("webhooks and aggregated APIs of EKS", () => {
  for (const [title, resources, messages] of CASES) {
    it(`are judged: ${title}`, () => assert.deepEqual(said(resources), messages));
  }

  it("hold for all that this library installs, side by side", () => {
    const [site] = fleetPlan(twoRegions()).sites;
    assert.equal(site?.kind, "eks");
    const installed = [
      chart("cert-manager", certManagerValues("eks")),
      chart("trust-manager", trustManagerValues("eks")),
      chart("metrics-server", metricsServerValues(site!)),
    ];
    assert.deepEqual(said(onEks(...installed)), []);
  });
});
