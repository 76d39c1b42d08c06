/**
 * What client-go reads from the standard output of a credential plugin.
 * https://kubernetes.io/docs/reference/config-api/client-authentication.v1/
 */
export interface ExecCredential {
  readonly apiVersion: "client.authentication.k8s.io/v1";
  readonly kind: "ExecCredential";
  readonly status: {
    readonly token: string;
    /** RFC 3339, in UTC. The client asks again after it. */
    readonly expirationTimestamp: string;
  };
}

/** @param expires when the client should ask for a new token, which must be before the token is refused. */
export function execCredential(token: string, expires: Date): ExecCredential {
  return {
    apiVersion: "client.authentication.k8s.io/v1",
    kind: "ExecCredential",
    status: { token, expirationTimestamp: expires.toISOString().replace(/\.\d{3}Z$/, "Z") },
  };
}
