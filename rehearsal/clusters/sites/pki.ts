import { createPublicKey, type KeyObject } from "node:crypto";
import { makeKey } from "../../clouds/tls/keys";
import { makeRequest, type Subject, selfSign, signRequest, type Terms } from "../../clouds/tls/x509";

/** A certificate and its key, in PEM. */
export interface Pair {
  readonly certificate: string;
  readonly key: string;
}

/** All that one site's control plane proves itself with. No two sites share any of it, as in the clouds. */
export interface Pki {
  /** The authority that clients trust and that signs clients. */
  readonly authority: Pair;
  /** The API server's own certificate, for loopback and for its names within the cluster. */
  readonly server: Pair;
  /** Who administers: the group `system:masters`, as who made an EKS cluster has it. */
  readonly administrator: Pair;
  /** A bearer token of the same administrator, for clients that can present nothing else. */
  readonly token: string;
  readonly controllerManager: Pair;
  readonly scheduler: Pair;
  /** For kwok, which stands for every kubelet of the site. */
  readonly kubelets: Pair;
  /** The authority behind the headers by which the API server speaks for users to aggregated APIs. */
  readonly frontProxyAuthority: Pair;
  readonly frontProxy: Pair;
  /** Signs tokens of service accounts. */
  readonly serviceAccounts: { readonly privateKey: string; readonly publicKey: string };
}

/** Long enough for any session, short enough that one which was left behind is of no use. */
const HOURS = 7 * 24;

/**
 * Makes the keys and certificates of a site.
 * @param serviceIp address of the Service `kubernetes`, the first of the site's service CIDR.
 * @param token of its administrator; sites may share one, as the clusters of a project share their users.
 */
export function makePki(site: string, serviceIp: string, token: string): Pki {
  const now = new Date();
  const authority = makeAuthority(`${site}-kubernetes`, now);
  const frontProxyAuthority = makeAuthority(`${site}-front-proxy`, now);
  const client = (commonName: string, organization?: string) =>
    issue(authority, { commonName, ...(organization === undefined ? {} : { organization }) }, ["client_auth"], [], now);
  const names = ["kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"];
  const serviceAccounts = makeKey("ECDSA", "P256", 0);
  return {
    authority: authority.pair,
    server: issue(authority, { commonName: "kube-apiserver" }, ["server_auth"], ["localhost", ...names], now, [
      "127.0.0.1",
      serviceIp,
    ]),
    administrator: client("multisite-rehearsal", "system:masters"),
    token,
    controllerManager: client("system:kube-controller-manager"),
    scheduler: client("system:kube-scheduler"),
    kubelets: client("multisite-kubelets", "system:masters"),
    frontProxyAuthority: frontProxyAuthority.pair,
    frontProxy: issue(frontProxyAuthority, { commonName: "front-proxy-client" }, ["client_auth"], [], now),
    serviceAccounts: {
      privateKey: pem(serviceAccounts),
      publicKey: String(createPublicKey(serviceAccounts).export({ type: "spki", format: "pem" })),
    },
  };
}

interface Authority {
  readonly key: KeyObject;
  readonly pair: Pair;
}

function makeAuthority(commonName: string, now: Date): Authority {
  const key = makeKey("ECDSA", "P256", 0);
  const terms = termsOf(["cert_signing", "crl_signing", "digital_signature"], true);
  const { certPem } = selfSign(key, subject({ commonName }), terms, now);
  return { key, pair: { certificate: certPem, key: pem(key) } };
}

function issue(
  by: Authority,
  name: { [part: string]: unknown },
  uses: string[],
  dnsNames: string[],
  now: Date,
  ipAddresses: string[] = [],
): Pair {
  const key = makeKey("ECDSA", "P256", 0);
  const request = makeRequest(key, { ...subject(name), dnsNames, ipAddresses });
  const terms = termsOf(["digital_signature", ...uses], false);
  const { certPem } = signRequest(request, by.pair.certificate, by.key, terms, now);
  return { certificate: certPem, key: pem(key) };
}

function subject(name: { [part: string]: unknown }): Subject {
  return { subject: name, dnsNames: [], ipAddresses: [], uris: [] };
}

function termsOf(allowedUses: string[], isCa: boolean): Terms {
  return { allowedUses, hours: HOURS, isCa, maxPathLength: undefined, setSubjectKeyId: isCa, setAuthorityKeyId: !isCa };
}

function pem(key: KeyObject): string {
  return String(key.export({ type: "pkcs8", format: "pem" }));
}
