import type * as pulumi from "@pulumi/pulumi";
import { SelfSignedCert } from "@pulumi/tls/selfSignedCert";
import type { CertificatePlan } from "../plan/trust/plan";
import type { RenewalClock } from "./rootSigner";

/**
 * Tells when a certificate is due that a service has signed: `aws.acmpca.Certificate` and Google's are never renewed by
 * their providers. It is a certificate of the same terms that nobody uses; the tls provider renews it, and what was signed
 * is made anew with it.
 */
export function renewalClock(
  { name, lifetimeHours, earlyRenewalHours, subject }: CertificatePlan,
  privateKeyPem: pulumi.Output<string>,
  options: pulumi.CustomResourceOptions,
): RenewalClock {
  const resource = new SelfSignedCert(
    name,
    {
      ...{ privateKeyPem, validityPeriodHours: lifetimeHours, earlyRenewalHours },
      subject: { commonName: `renewal of ${subject.commonName}` },
      allowedUses: ["digital_signature"],
    },
    options,
  );
  return { resource, startedAt: resource.validityStartTime };
}
