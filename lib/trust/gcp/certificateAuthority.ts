import { Authority } from "@pulumi/gcp/certificateauthority/authority";
import { CaPool } from "@pulumi/gcp/certificateauthority/caPool";
import { Certificate } from "@pulumi/gcp/certificateauthority/certificate";
import { getAuthorityOutput } from "@pulumi/gcp/certificateauthority/getAuthority";
import { Provider } from "@pulumi/gcp/provider";
import * as pulumi from "@pulumi/pulumi";
import { LateError } from "../../lateError";
import { type CasPlace, casPlace, certificateName, lifetimeOf, x509Config } from "../../plan/trust/googleCas";
import type { CertificatePlan, RootPlan } from "../../plan/trust/plan";
import { foreignRoot } from "../foreign";
import type { RootSigner, SignerFactory, SigningRequest } from "../rootSigner";

/** What cannot be written as plain data. */
export interface GoogleCasOptions {
  /** A provider for the project of the pool. @default one made for it */
  readonly provider?: Provider;
}

interface Signer {
  readonly place: CasPlace;
  /** Id of the authority within its pool. */
  readonly authority: string;
  readonly root: pulumi.Output<string>;
  /** What must exist before it signs. */
  readonly after: readonly pulumi.Resource[];
}

/**
 * A root in Google's Certificate Authority Service: its key never leaves the service. `trust.roots.<name>.caPool` names the
 * pool; with `authority` both exist, without it pool and authority are made, protected. Certificates are asked for by
 * config and not by request: one of the tls provider says no uses, and the service adds none.
 */
export function googleCas({ provider }: GoogleCasOptions = {}): SignerFactory {
  return (root, options): RootSigner => {
    const place = casPlace(root.spec);
    const used = provider ?? providerOf(root, place, options);
    const within = pulumi.mergeOptions(options, { provider: used });
    const { authority } = root.spec;
    const signer = authority === undefined ? made(root, place, within) : given(root, place, authority, within);
    return {
      root: signer.root,
      ...{ needsClock: true, isForeign: true },
      sign: (certificate, request, signing) =>
        signed(signer, certificate, request, {
          ...pulumi.mergeOptions(signing, { provider: used, dependsOn: [...signer.after] }),
        }),
    };
  };
}

function providerOf(
  { certificate }: RootPlan,
  { project, location }: CasPlace,
  options: pulumi.CustomResourceOptions,
): Provider {
  return new Provider(certificate.name, { project, region: location }, options);
}

function given(
  { generation }: RootPlan,
  place: CasPlace,
  authority: string,
  options: pulumi.CustomResourceOptions,
): Signer {
  const { parent, provider } = options;
  const read = getAuthorityOutput(
    { ...place, certificateAuthorityId: authority },
    { ...(parent && { parent }), ...(provider && { provider }) },
  );
  const root = read.apply(({ state, pemCaCertificates }) => {
    if (state === "ENABLED") return foreignRoot(generation, pemCaCertificates);
    throw new LateError(`Root ${generation} cannot sign: authority ${authority} is ${state}. Enable it first.`);
  });
  return { place, authority, root, after: [] };
}

function made({ certificate: root }: RootPlan, place: CasPlace, options: pulumi.CustomResourceOptions): Signer {
  const kept = pulumi.mergeOptions(options, { protect: true });
  const { project, location } = place;
  // Of tier ENTERPRISE: the other keeps no certificates, and the provider cannot work with it. It goes from the state only:
  // the service deletes no pool while an authority that was in it can still be brought back.
  const pool = new CaPool(
    root.name,
    { project, location, name: place.pool, tier: "ENTERPRISE" },
    pulumi.mergeOptions(kept, { retainOnDelete: true }),
  );
  const authority = new Authority(
    root.name,
    {
      ...{ project, location, pool: pool.name, certificateAuthorityId: root.name },
      keySpec: { algorithm: "EC_P384_SHA384" },
      lifetime: lifetimeOf(root),
      config: { subjectConfig: { subject: subjectOf(root) }, x509Config: authorityConfig(root) },
      // The provider's own guard, beside `protect`: once the root is no longer declared, nothing could take it off.
      deletionProtection: false,
    },
    kept,
  );
  const chain = authority.pemCaCertificates.apply((all) => all[0]!);
  return { place, authority: root.name, root: chain, after: [authority] };
}

function authorityConfig(root: CertificatePlan) {
  const { caOptions, keyUsage } = x509Config(root);
  return { caOptions: { ...caOptions, isCa: true }, keyUsage };
}

function signed(
  { place, authority }: Signer,
  certificate: CertificatePlan,
  { publicKeyPem, clock }: SigningRequest,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const { dnsNames, ipAddresses, uris } = certificate;
  const names = { dnsNames: [...dnsNames], ipAddresses: [...ipAddresses], uris: [...uris] };
  const hasNames = Object.values(names).some((list) => list.length > 0);
  const asked = {
    ...{ ...place, certificateAuthority: authority, lifetime: lifetimeOf(certificate) },
    config: {
      publicKey: { format: "PEM", key: publicKeyPem.apply((pem) => Buffer.from(pem).toString("base64")) },
      subjectConfig: { subject: subjectOf(certificate), ...(hasNames && { subjectAltName: names }) },
      x509Config: x509Config(certificate),
    },
  };
  const name = pulumi
    .output({ asked, startedAt: clock?.startedAt })
    .apply((terms) => certificateName(certificate, terms));
  const made = new Certificate(certificate.name, { ...asked, name }, options);
  return pulumi
    .all([made.pemCertificate, made.pemCertificateChains])
    .apply(([own, above]) => [own, ...above].join("\n"));
}

function subjectOf({ subject: { commonName, organization, organizationalUnit } }: CertificatePlan) {
  return { commonName, organization, ...(organizationalUnit !== undefined && { organizationalUnit }) };
}
