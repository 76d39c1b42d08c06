import type { DnsService } from "../routing/spec";

/** Namespace of cert-manager, and as whom it runs. */
export const CERT_MANAGER_ACCOUNT = { namespace: "cert-manager", name: "cert-manager" } as const;

/** Account whose tokens cert-manager asks for, to be somebody in AWS: its own would do, but is nobody's business there. */
export const ROUTE53_ACCOUNT = "multisite-acme";

/** What Kubernetes calls an account in its tokens. */
export function subjectOf(name: string): string {
  return `system:serviceaccount:${CERT_MANAGER_ACCOUNT.namespace}:${name}`;
}

/** For whom tokens are, by the cloud that reads them. AWS's is cert-manager's default, Azure's is what Entra asks for. */
export const AUDIENCES: Readonly<Record<DnsService, string>> = {
  route53: "sts.amazonaws.com",
  cloudDns: "multisite-acme",
  trafficManager: "api://AzureADTokenExchange",
};

/** Where cert-manager's pods have their token for another cloud, and what Google's libraries must be told about it. */
export const ACME_FILES = {
  folder: "/var/run/multisite/acme",
  token: "token",
  google: "google.json",
  /** ConfigMap that holds the latter. */
  googleConfig: "multisite-acme-google",
} as const;

/** Values of cert-manager's chart by which its controller is somebody at a DNS service. */
export function acmeValues(service: DnsService | undefined) {
  if (service === undefined || service === "route53") return {};
  const { folder, token, google, googleConfig } = ACME_FILES;
  const sources = [
    { serviceAccountToken: { path: token, audience: AUDIENCES[service], expirationSeconds: 3600 } },
    // It comes with the gateway, after cert-manager.
    ...(service === "cloudDns" ? [{ configMap: { name: googleConfig, optional: true } }] : []),
  ];
  const environment =
    service === "cloudDns"
      ? { GOOGLE_APPLICATION_CREDENTIALS: `${folder}/${google}` }
      : {
          AZURE_FEDERATED_TOKEN_FILE: `${folder}/${token}`,
          AZURE_AUTHORITY_HOST: "https://login.microsoftonline.com/",
        };
  return {
    volumes: [{ name: "multisite-acme", projected: { sources } }],
    volumeMounts: [{ name: "multisite-acme", mountPath: folder, readOnly: true }],
    extraEnv: Object.entries(environment).map(([name, value]) => ({ name, value })),
  };
}
