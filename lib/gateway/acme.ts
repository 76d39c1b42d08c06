import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import { Role } from "@pulumi/kubernetes/rbac/v1/role";
import { RoleBinding } from "@pulumi/kubernetes/rbac/v1/roleBinding";
import * as pulumi from "@pulumi/pulumi";
import { ACME_FILES, CERT_MANAGER_ACCOUNT, ROUTE53_ACCOUNT } from "../plan/gateway/acmeIdentity";
import type { AcmeCertificate } from "../plan/gateway/certificate";
import { GATEWAY } from "../plan/gateway/plan";
import type { SiteKind } from "../plan/spec";
import type { Solver } from "../traffic/challenges/challenges";
import { certManagerChart } from "../trust/certManager";
import { certManagerName, takenOver } from "../trust/certManagerOwner";

const { namespace } = CERT_MANAGER_ACCOUNT;

/** Name of the issuer, and of the Secret of its account at the authority: each site has one of its own. */
const ISSUER = "multisite-public";

interface AcmeArgs {
  readonly site: string;
  readonly kind: SiteKind;
  readonly plan: AcmeCertificate;
  readonly solver: Solver;
  readonly hasCertManager: boolean;
}

/**
 * A certificate that the site gets and renews by itself. Nothing waits for it: a site without one is not ready, and a run
 * must not fail because an authority is slow.
 */
export function acmeCertificate(args: AcmeArgs, options: pulumi.CustomResourceOptions): pulumi.Resource[] {
  const { site, kind, plan, solver, hasCertManager } = args;
  const after = (...made: readonly pulumi.Resource[]) => pulumi.mergeOptions(options, { dependsOn: [...made] });
  const chart = hasCertManager ? [] : installed(site, kind, plan, options);
  const identity = identityOf(site, plan, solver, after(...chart));
  const issuer = new CustomResource(
    `${site}-gateway-issuer`,
    {
      apiVersion: "cert-manager.io/v1",
      kind: "ClusterIssuer",
      metadata: { name: ISSUER, annotations: SKIP_AWAIT },
      spec: { acme: acmeSpec(plan, solver) },
    },
    after(...chart, ...identity, ...solver.ready),
  );
  const certificate = new CustomResource(
    `${site}-gateway-certificate`,
    {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { namespace: GATEWAY.namespace, name: GATEWAY.certificate, annotations: SKIP_AWAIT },
      spec: {
        secretName: GATEWAY.certificate,
        dnsNames: [...plan.names],
        issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: ISSUER },
        renewBeforePercentage: plan.renewBeforePercent,
        privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
        usages: ["digital signature", "server auth"],
        revisionHistoryLimit: 3,
      },
    },
    after(issuer),
  );
  return [issuer, certificate];
}

const SKIP_AWAIT = { "pulumi.com/skipAwait": "true" };

function acmeSpec({ server, serverRoot, email }: AcmeCertificate, { dns01 }: Solver) {
  return {
    ...{ server, privateKeySecretRef: { name: ISSUER } },
    ...(email !== undefined && { email }),
    ...(serverRoot !== undefined && { caBundle: Buffer.from(serverRoot).toString("base64") }),
    solvers: [{ dns01 }],
  };
}

/** cert-manager in its own namespace, where the site's trust has not brought it. */
function installed(
  site: string,
  kind: SiteKind,
  { service }: AcmeCertificate,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const [name, held] = [certManagerName(site, "gateway"), takenOver(site, "gateway", options)];
  const space = new Namespace(name, { metadata: { name: namespace } }, pulumi.mergeOptions(options, held));
  const within = pulumi.mergeOptions(options, { dependsOn: space });
  return [certManagerChart(name, kind, service, pulumi.mergeOptions(within, held))];
}

/** By what cert-manager's pods are somebody at the DNS service. */
function identityOf(
  site: string,
  { service }: AcmeCertificate,
  { google }: Solver,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  if (google !== undefined) {
    const metadata = { namespace, name: ACME_FILES.googleConfig };
    return [new ConfigMap(`${site}-gateway-google`, { metadata, data: { [ACME_FILES.google]: google } }, options)];
  }
  return service === "route53" ? tokenAccount(site, options) : [];
}

/** An account that nobody runs as, and that cert-manager may ask tokens of: they are good for AWS, and for nothing here. */
function tokenAccount(site: string, options: pulumi.CustomResourceOptions): pulumi.Resource[] {
  const metadata = { namespace, name: ROUTE53_ACCOUNT };
  const key = `${site}-gateway-acme`;
  const account = new ServiceAccount(key, { metadata, automountServiceAccountToken: false }, options);
  const rules = [
    { apiGroups: [""], resources: ["serviceaccounts/token"], resourceNames: [ROUTE53_ACCOUNT], verbs: ["create"] },
  ];
  const role = new Role(key, { metadata, rules }, options);
  const binding = new RoleBinding(
    key,
    {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: ROUTE53_ACCOUNT },
      subjects: [{ kind: "ServiceAccount", ...CERT_MANAGER_ACCOUNT }],
    },
    options,
  );
  return [account, role, binding];
}
