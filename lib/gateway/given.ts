import { createPrivateKey, X509Certificate } from "node:crypto";
import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import * as pulumi from "@pulumi/pulumi";
import type { LeafPair } from "../mesh/credentials";
import { GATEWAY } from "../plan/gateway/plan";

/**
 * The Secret of a certificate that the program gives.
 * @throws pulumi.RunError, once both texts are known, for a certificate that is not for the domain or not of the key.
 */
export function givenCertificate(
  site: string,
  domain: string,
  { certificate, key }: LeafPair,
  options: pulumi.CustomResourceOptions,
): Secret {
  const data = pulumi.all([certificate, pulumi.secret(key)]).apply(([chain, pem]) => {
    const problem = pairProblem(domain, chain, pem);
    if (problem !== undefined) throw new pulumi.RunError(`publicCertificates.${site} ${problem}`);
    return { "tls.crt": base64(chain), "tls.key": base64(pem) };
  });
  const metadata = { namespace: GATEWAY.namespace, name: GATEWAY.certificate };
  return new Secret(
    `${site}-gateway-certificate`,
    { metadata, type: "kubernetes.io/tls", data: pulumi.secret(data) },
    options,
  );
}

/** What is wrong with a certificate for the domain; undefined: nothing. Says nothing of the key. */
export function pairProblem(domain: string, chain: string, key: string): string | undefined {
  const leaf = read(() => new X509Certificate(chain));
  if (leaf === undefined)
    return "holds no certificate in PEM: give the site's own first, and its intermediates after it.";
  if (leaf.checkHost(domain) === undefined)
    return `is for ${leaf.subjectAltName?.replaceAll("DNS:", "") ?? "no name"}, not for ${domain}: give one that users of ${domain} take.`;
  const own = read(() => createPrivateKey(key));
  if (own === undefined) return "has a key that cannot be read: give it in PEM and without a password.";
  return leaf.checkPrivateKey(own)
    ? undefined
    : "has the key of another certificate: give the two that belong together.";
}

function read<T>(of: () => T): T | undefined {
  try {
    return of();
  } catch {
    return undefined;
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
