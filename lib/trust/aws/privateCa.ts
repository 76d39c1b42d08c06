import { Certificate } from "@pulumi/aws/acmpca/certificate";
import { CertificateAuthority } from "@pulumi/aws/acmpca/certificateAuthority";
import { CertificateAuthorityCertificate } from "@pulumi/aws/acmpca/certificateAuthorityCertificate";
import { getCertificateAuthorityOutput } from "@pulumi/aws/acmpca/getCertificateAuthority";
import { Provider } from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";
import { LateError } from "../../lateError";
import { splitCertificates } from "../../plan/trust/pem";
import type { CertificatePlan, RootPlan } from "../../plan/trust/plan";
import { type PrivateCaPlace, privateCaPlace, signingAlgorithm, templateArn } from "../../plan/trust/privateCa";
import { foreignRoot } from "../foreign";
import type { RootSigner, SignerFactory } from "../rootSigner";

/** What cannot be written as plain data. */
export interface PrivateCaOptions {
  /** A provider for the account and region of the authority. @default one made for them */
  readonly provider?: Provider;
}

/** An authority, as far as signing by it goes. */
interface Authority {
  readonly arn: pulumi.Output<string>;
  readonly root: pulumi.Output<string>;
  readonly algorithm: pulumi.Input<string>;
  /** What must exist before it signs. */
  readonly after: readonly pulumi.Resource[];
}

/**
 * A root in AWS Private CA: its key never leaves the service. `trust.roots.<name>.authorityArn` names an authority that
 * exists; with `account` and `region` one is made, protected. Sites' CAs get a path length of 0. The subject and the names
 * come from the request, uses from a template: none of the APIPassthrough ones, which would let the caller set any.
 */
export function awsPrivateCa({ provider }: PrivateCaOptions = {}): SignerFactory {
  return (root, options): RootSigner => {
    const place = privateCaPlace(root.spec);
    const used = provider ?? providerOf(root, place, options);
    const within = pulumi.mergeOptions(options, { provider: used });
    const { authorityArn } = root.spec;
    const authority = authorityArn === undefined ? made(root, within) : given(root, authorityArn, within);
    return {
      root: authority.root,
      ...{ needsClock: true, isForeign: true },
      sign: (certificate, { pem, clock }, signing) =>
        signed(authority, certificate, pem, {
          ...pulumi.mergeOptions(signing, { provider: used, dependsOn: [...authority.after] }),
          // With the clock, and also later: where a run ended between the two, the next one makes up for it.
          ...(clock && { replaceWith: [clock.resource], replacementTrigger: clock.startedAt }),
        }),
    };
  };
}

function providerOf({ certificate }: RootPlan, place: PrivateCaPlace, options: pulumi.CustomResourceOptions): Provider {
  const { account, region } = place;
  return new Provider(certificate.name, { region, allowedAccountIds: [account] }, options);
}

/** An authority that exists: what it is and what is above it, it says itself. */
function given({ generation }: RootPlan, arn: string, options: pulumi.CustomResourceOptions): Authority {
  const { parent, provider } = options;
  const read = getCertificateAuthorityOutput({ arn }, { ...(parent && { parent }), ...(provider && { provider }) });
  const chain = read.apply(({ status, certificate, certificateChain }) => {
    if (status === "ACTIVE") return splitCertificates(`${certificate}\n${certificateChain}`);
    throw new LateError(`Root ${generation} cannot sign: ${arn} is ${status}. Activate it first.`);
  });
  return {
    arn: pulumi.output(arn),
    root: chain.apply((all) => foreignRoot(generation, all)),
    algorithm: chain.apply(([own]) => signingAlgorithm(own!)),
    after: [],
  };
}

/** An authority of its own: made, and given a certificate that it signs itself. */
function made({ certificate: root, spec }: RootPlan, options: pulumi.CustomResourceOptions): Authority {
  const kept = pulumi.mergeOptions(options, { protect: true });
  const algorithm = "SHA384WITHECDSA";
  const { commonName, organization } = root.subject;
  const { region } = privateCaPlace(spec);
  const authority = new CertificateAuthority(
    root.name,
    {
      type: "ROOT",
      certificateAuthorityConfiguration: {
        ...{ keyAlgorithm: "EC_secp384r1", signingAlgorithm: algorithm },
        subject: { commonName, organization },
      },
      permanentDeletionTimeInDays: 30,
    },
    kept,
  );
  const own = new Certificate(
    root.name,
    {
      certificateAuthorityArn: authority.arn,
      certificateSigningRequest: authority.certificateSigningRequest,
      signingAlgorithm: algorithm,
      templateArn: templateArn(root, region),
      validity: daysOf(root),
    },
    kept,
  );
  const installed = new CertificateAuthorityCertificate(
    root.name,
    { certificateAuthorityArn: authority.arn, certificate: own.certificate },
    kept,
  );
  return { arn: authority.arn, root: own.certificate, algorithm, after: [installed] };
}

function signed(
  { arn, algorithm }: Authority,
  certificate: CertificatePlan,
  certificateSigningRequest: pulumi.Output<string>,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const args = {
    certificateAuthorityArn: arn,
    ...{ certificateSigningRequest, signingAlgorithm: algorithm },
    templateArn: arn.apply((text) => templateArn(certificate, text.split(":")[3]!)),
    validity: daysOf(certificate),
  };
  const made = new Certificate(certificate.name, args, options);
  return pulumi.interpolate`${made.certificate}\n${made.certificateChain}`;
}

/** The service takes whole days, and a text. */
function daysOf({ lifetimeHours }: CertificatePlan) {
  return { type: "DAYS", value: String(Math.floor(lifetimeHours / 24)) };
}
