import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import * as pulumi from "@pulumi/pulumi";
import { LateError } from "../lateError";
import type { LeafPair } from "../mesh/credentials";
import { type GivenPair, givenProblems } from "../plan/gateway/given";
import { GATEWAY } from "../plan/gateway/plan";

/** The Secret of a certificate that the program gives. */
export function givenCertificate(
  site: string,
  { certificate, key }: LeafPair,
  options: pulumi.CustomResourceOptions,
): Secret {
  const data = pulumi
    .all([certificate, pulumi.secret(key)])
    .apply(([chain, pem]) => ({ "tls.crt": base64(chain), "tls.key": base64(pem) }));
  const metadata = { namespace: GATEWAY.namespace, name: GATEWAY.certificate };
  return new Secret(
    `${site}-gateway-certificate`,
    { metadata, type: "kubernetes.io/tls", data: pulumi.secret(data) },
    options,
  );
}

/**
 * The certificates of all sites, once every one of them is what users of the domain take.
 * @throws LateError, once all texts are known, with everything that is wrong with any of them.
 */
export function checkedCertificates(
  domain: string,
  given: { readonly [site: string]: LeafPair },
): { readonly [site: string]: LeafPair } {
  const pairs = pulumi.all(
    Object.entries(given).map(([site, { certificate, key }]) =>
      pulumi
        .all([certificate, pulumi.secret(key)])
        .apply(([chain, pem]) => [site, { certificate: chain, key: pem }] as const),
    ),
  );
  const checked = pairs.apply((all) => refuse(domain, Object.fromEntries(all)));
  return Object.fromEntries(
    Object.keys(given).map((site) => [
      site,
      { certificate: checked.apply((all) => all[site]!.certificate), key: checked.apply((all) => all[site]!.key) },
    ]),
  );
}

function refuse(domain: string, given: { readonly [site: string]: GivenPair }): typeof given {
  const now = new Date();
  const problems = Object.entries(given).flatMap(([site, pair]) =>
    givenProblems(domain, pair, now).map((problem) => `publicCertificates.${site} ${problem}`),
  );
  if (problems.length === 0) return given;
  throw new LateError(["Certificates that the program gives cannot be used:", ...problems].join("\n  "));
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
