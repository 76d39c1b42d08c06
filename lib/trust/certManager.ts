import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import { Release } from "@pulumi/kubernetes/helm/v3/release";
import * as pulumi from "@pulumi/pulumi";
import { acmeValues } from "../plan/gateway/acmeIdentity";
import type { DnsService } from "../plan/routing/spec";
import type { SiteKind } from "../plan/spec";
import { BUNDLE_LABEL, BUNDLE_SOURCE, SIGNER_SECRETS } from "../plan/trust/objects";
import { CERT_MANAGER, type ChartVersion, TRUST_MANAGER } from "../plan/versions";
import { BESIDE_WEBHOOKS, hostWebhookPort } from "../plan/webhookPorts";
import { certManagerName, takenOver } from "./certManagerOwner";

/** Name of the issuer that signs for every namespace of a site, by the site's intermediate. */
export const SITE_ISSUER = "multisite-site-ca";

const { namespace } = SIGNER_SECRETS.certManager;

/**
 * cert-manager and trust-manager in a site that has nodes, and the two objects that have them serve the fleet's trust.
 * @param acme DNS service at which it answers an ACME authority; undefined: it asks none
 */
export function certManager(
  site: string,
  kind: SiteKind,
  secrets: readonly pulumi.Resource[],
  acme: DnsService | undefined,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const after = (...made: readonly pulumi.Resource[]) => pulumi.mergeOptions(options, { dependsOn: [...made] });
  const held = pulumi.mergeOptions(after(...secrets), takenOver(site, "trust", options));
  const issuer = certManagerChart(certManagerName(site, "trust"), kind, acme, held);
  // Its webhook's certificate is cert-manager's work.
  const copier = chart(`${site}-${TRUST_MANAGER.chart}`, TRUST_MANAGER, trustManagerValues(kind), after(issuer));
  return [
    issuer,
    copier,
    new CustomResource(
      `${site}-site-issuer`,
      {
        apiVersion: "cert-manager.io/v1",
        kind: "ClusterIssuer",
        metadata: { name: SITE_ISSUER },
        spec: { ca: { secretName: SIGNER_SECRETS.certManager.name } },
      },
      after(issuer),
    ),
    new CustomResource(
      `${site}-roots`,
      {
        apiVersion: "trust.cert-manager.io/v1alpha1",
        kind: "Bundle",
        metadata: { name: BUNDLE_SOURCE.name },
        spec: {
          // A ConfigMap of ours: a live CA's Secret would swap the root at once, in the middle of a rotation.
          sources: [{ configMap: { name: BUNDLE_SOURCE.name, key: BUNDLE_SOURCE.key } }],
          target: {
            configMap: { key: BUNDLE_SOURCE.key },
            // Given, since what an absent one means is about to change.
            namespaceSelector: { matchLabels: { [BUNDLE_LABEL.name]: BUNDLE_LABEL.value } },
          },
        },
      },
      after(copier),
    ),
  ];
}

/** A pod that holds ports of its node leaves before the next comes: where every node has one, none could come before. */
const ONE_BY_ONE = { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } };

/**
 * The release of cert-manager, in its own namespace.
 * @param name of the resource
 */
export function certManagerChart(
  name: string,
  kind: SiteKind,
  acme: DnsService | undefined,
  options: pulumi.CustomResourceOptions,
): Release {
  return chart(name, CERT_MANAGER, certManagerValues(kind, acme), options);
}

/** Values of cert-manager's chart. */
export function certManagerValues(kind: SiteKind, acme?: DnsService) {
  const port = hostWebhookPort(kind, "certManager");
  return {
    crds: { enabled: true, keep: true },
    replicaCount: 2,
    ...acmeValues(acme),
    webhook: {
      replicaCount: 2,
      ...(port !== undefined && { hostNetwork: true, securePort: port, strategy: ONE_BY_ONE }),
    },
  };
}

/** Values of trust-manager's chart. */
export function trustManagerValues(kind: SiteKind) {
  const port = hostWebhookPort(kind, "trustManager");
  return {
    crds: { enabled: true, keep: true },
    defaultPackage: { enabled: false },
    app: {
      trust: { namespace },
      ...(port !== undefined && {
        webhook: { hostNetwork: true, port },
        readinessProbe: { port: BESIDE_WEBHOOKS.trustManagerReadiness },
        metrics: { port: BESIDE_WEBHOOKS.trustManagerMetrics },
      }),
    },
  };
}

function chart(
  resource: string,
  { chart, version, repository }: ChartVersion,
  values: pulumi.Inputs,
  options: pulumi.CustomResourceOptions,
): Release {
  const args = { name: chart, namespace, chart, version, repositoryOpts: { repo: repository } };
  return new Release(resource, { ...args, values, timeout: 600, maxHistory: 5 }, options);
}
