import * as pulumi from "@pulumi/pulumi";

/** What a kubeconfig says about one cluster. */
export interface KubeconfigFacts {
  /** Name of cluster, context and user in the file. */
  readonly name: string;
  /** Address of the API server with scheme, such as `https://ABC.gr7.eu-central-1.eks.amazonaws.com`. */
  readonly server: pulumi.Input<string>;
  /** Certificate authority of the API server: PEM in base64. Undefined where a public authority signs it (GKE's DNS endpoint). */
  readonly certificateAuthority: pulumi.Input<string> | undefined;
  /** Arguments of `multisite token`, such as `["eks", "--cluster", "frankfurt", "--region", "eu-central-1"]`. Plain. */
  readonly token: readonly string[];
}

/**
 * A kubeconfig whose text never changes between runs and holds no credential: its user is a command that fetches a token
 * each time. The command is the project's own `multisite`, so that no cloud CLI has to be installed where `up` runs;
 * `--no-install` keeps npx from fetching a package of that name when it is missing.
 *
 * Format: client.authentication.k8s.io/v1, https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
export function kubeconfig(facts: KubeconfigFacts): pulumi.Output<string> {
  return pulumi
    .all([facts.server, facts.certificateAuthority])
    .apply(([server, authority]) => kubeconfigText(facts.name, server, authority, facts.token));
}

/** The text behind `kubeconfig`: JSON, which is YAML, with its keys always in one order. */
export function kubeconfigText(
  name: string,
  server: string,
  certificateAuthority: string | undefined,
  token: readonly string[],
): string {
  const exec = {
    apiVersion: "client.authentication.k8s.io/v1",
    command: "npx",
    args: ["--no-install", "multisite", "token", ...token],
    interactiveMode: "Never",
    provideClusterInfo: false,
    installHint: "Run it in a project that depends on pulumi-multisite: npm install pulumi-multisite",
  };
  const cluster = { server, ...(certificateAuthority && { "certificate-authority-data": certificateAuthority }) };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
    users: [{ name, user: { exec } }],
  });
}
