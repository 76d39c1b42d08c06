import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace";
import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import * as pulumi from "@pulumi/pulumi";
import { bundleHash, certificatesOf, fingerprintOf } from "../plan/trust/bundle";
import {
  BUNDLE_SOURCE,
  CILIUM_BUNDLE,
  LEAF_SECRETS,
  LINKERD_ROOTS,
  type ObjectName,
  SIGNER_SECRETS,
} from "../plan/trust/objects";
import type { SignerKind } from "../plan/trust/spec";
import { recordData, recordOf, TRUST_RECORD } from "../plan/trustPhases/record";
import { takenOver } from "./certManagerOwner";
import type { Pair, SiteMaterial } from "./material";

/** The hash with which pods say which bundle they have read. */
export function rollingHash({ roots }: SiteMaterial): pulumi.Output<string> {
  return pulumi.output(roots).apply(bundleHash);
}

/** Whether a site has certificates for Hubble. */
export function hasHubble({ plan }: SiteMaterial): boolean {
  return plan.leaves.some(({ role }) => role === "hubbleServer");
}

/**
 * What Cilium reads: its leaves and the roots. They come before Cilium, which does not start without some of them.
 * @param meshed whether the mesh has written its own leaves and the roots already
 */
export function ciliumTrust(
  material: SiteMaterial,
  meshed: boolean,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const { plan, roots, pairs } = material;
  const leaves = plan.leaves
    .filter(({ role }) => !meshed || role.startsWith("hubble"))
    .map(({ role }) => {
      const object = LEAF_SECRETS[role as keyof typeof LEAF_SECRETS];
      return tlsSecret(plan.site, object, pairs[role]!, roots, options);
    });
  return meshed ? leaves : [...leaves, bundleMap(plan.site, CILIUM_BUNDLE, roots, options)];
}

/** What a consumer reads that signs in the site, in exactly the form that it wants. */
export function signerTrust(
  material: SiteMaterial,
  signer: SignerKind,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const { plan, roots, pairs } = material;
  const object = SIGNER_SECRETS[signer];
  const namespace = new Namespace(
    `${plan.site}-${object.namespace}`,
    { metadata: { name: object.namespace } },
    signer === "certManager" ? pulumi.mergeOptions(options, takenOver(plan.site, "trust", options)) : options,
  );
  const within = pulumi.mergeOptions(options, { dependsOn: namespace });
  return [namespace, ...FORMS[signer](plan.site, pairs[signer]!, roots, within)];
}

type Form = (
  site: string,
  pair: Pair,
  roots: pulumi.Input<string>,
  options: pulumi.CustomResourceOptions,
) => pulumi.Resource[];

const FORMS: Readonly<Record<SignerKind, Form>> = {
  // cert-manager sends along what stands in tls.crt, and takes the last certificate of the chain for ca.crt of what it issues.
  // It appends the first certificate of ca.crt to the chain: with the other root of a rotation there it would sign nothing
  // ("certificate chain is malformed or broken"; 1.21, pkg/util/kube, SecretTLSKeyPairAndCA).
  certManager: (site, pair, roots, options) => [
    tlsSecret(
      site,
      SIGNER_SECRETS.certManager,
      { ...pair, certificate: joined(pair.certificate, roots) },
      ownRoot(pair.certificate, roots),
      options,
    ),
    bundleMap(site, BUNDLE_SOURCE, roots, options),
  ],
  // Source: Istio, "Plug in CA Certificates": names of the files, and the chain with the root at its end.
  istio: (site, { certificate, key }, roots, options) => [
    secret(site, SIGNER_SECRETS.istio, "Opaque", options, {
      "ca-cert.pem": pulumi.output(certificate).apply(firstOf),
      "ca-key.pem": key,
      "root-cert.pem": roots,
      "cert-chain.pem": joined(certificate, roots),
    }),
  ],
  linkerd: (site, pair, roots, options) => [
    tlsSecret(site, SIGNER_SECRETS.linkerd, pair, roots, options),
    bundleMap(site, LINKERD_ROOTS, roots, options),
  ],
};

/**
 * What the site was built from. Written last: whoever reads it may rely on all the rest being there.
 * @param written everything else of the site's trust
 */
export function trustRecord(
  { plan, trustDomain, rotation, roots }: SiteMaterial,
  written: readonly pulumi.Resource[],
  options: pulumi.CustomResourceOptions,
): ConfigMap {
  const { namespace, name } = TRUST_RECORD;
  const data = pulumi.output(roots).apply((pem) => {
    const prints = certificatesOf(pem, "The bundle").map(fingerprintOf);
    const generations = Object.fromEntries(plan.bundle.map((generation, index) => [generation, prints[index]!]));
    return recordData(recordOf(rotation, generations, plan.objects, trustDomain));
  });
  return new ConfigMap(
    `${plan.site}-trust-record`,
    { metadata: { namespace, name }, data },
    pulumi.mergeOptions(options, { dependsOn: [...written] }),
  );
}

function tlsSecret(
  site: string,
  object: ObjectName,
  { certificate, key }: Pair,
  roots: pulumi.Input<string>,
  options: pulumi.CustomResourceOptions,
): Secret {
  const data = { "tls.crt": certificate, "tls.key": key, "ca.crt": roots };
  return secret(site, object, "kubernetes.io/tls", options, data);
}

function secret(
  site: string,
  { namespace, name }: ObjectName,
  type: string,
  options: pulumi.CustomResourceOptions,
  texts: { readonly [key: string]: pulumi.Input<string> },
): Secret {
  // `data`, not `stringData`: a key that leaves `stringData` stays in the cluster (kubernetes#70281).
  const data = Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, base64(text)]));
  return new Secret(`${site}-${name}`, { metadata: { namespace, name }, type, data: pulumi.secret(data) }, options);
}

function bundleMap(
  site: string,
  { namespace, name, key }: ObjectName & { readonly key: string },
  roots: pulumi.Input<string>,
  options: pulumi.CustomResourceOptions,
): ConfigMap {
  return new ConfigMap(`${site}-${name}`, { metadata: { namespace, name }, data: { [key]: roots } }, options);
}

/** A chain up to the root that signed its last certificate, whichever roots are trusted beside it. */
function joined(certificate: pulumi.Input<string>, roots: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.all([certificate, ownRoot(certificate, roots)]).apply(([chain, root]) => `${chain.trim()}\n${root}`);
}

/** The root that a chain ends in. */
function ownRoot(certificate: pulumi.Input<string>, roots: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.all([certificate, roots]).apply(([chain, bundle]) => {
    const last = certificatesOf(chain, "The chain").at(-1)!;
    const root = certificatesOf(bundle, "The bundle").find((one) => last.verify(one.publicKey));
    if (root === undefined) throw new Error("No root of the bundle signed the certificate: their generations differ.");
    return `${root.toString().trim()}\n`;
  });
}

function firstOf(chain: string): string {
  return certificatesOf(chain, "The chain")[0]!.toString();
}

function base64(text: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.output(text).apply((plain) => Buffer.from(plain).toString("base64"));
}
