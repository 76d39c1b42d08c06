import * as pulumi from "@pulumi/pulumi";
import { LocallySignedCert } from "@pulumi/tls/locallySignedCert";
import { PrivateKey } from "@pulumi/tls/privateKey";
import { SelfSignedCert } from "@pulumi/tls/selfSignedCert";
import { keyAsRead } from "../plan/trust/pem";
import type { CertificatePlan, RootPlan } from "../plan/trust/plan";
import { checkedRoot, suppliedRootProblems, suppliedRootWarnings } from "../plan/trust/supplied";
import type { RootSigner, SignerFactory } from "./rootSigner";
import { said } from "./said";
import { textProblems } from "./texts";

/** A root whose key is made here and stays, encrypted, in the state of the trust stack. */
export function stateSigner({ certificate }: RootPlan, options: pulumi.CustomResourceOptions): RootSigner {
  const kept = pulumi.mergeOptions(options, { protect: true });
  const { name, curve, subject, uses, maxPathLength, lifetimeHours, earlyRenewalHours } = certificate;
  const key = new PrivateKey(name, { algorithm: "ECDSA", ecdsaCurve: curve }, kept);
  const root = new SelfSignedCert(
    name,
    {
      privateKeyPem: key.privateKeyPem,
      subject: subjectOf(subject),
      allowedUses: [...uses],
      isCaCertificate: true,
      ...(maxPathLength !== undefined && { maxPathLength }),
      setSubjectKeyId: true,
      setAuthorityKeyId: true,
      validityPeriodHours: lifetimeHours,
      earlyRenewalHours,
    },
    kept,
  );
  return keySigner(root.certPem, key.privateKeyPem);
}

/** A root that a team brings with its key. */
export interface SuppliedRoot {
  readonly certificate: pulumi.Input<string>;
  /** Its private key in PEM. It becomes a secret, and is in the state of the trust stack. */
  readonly key: pulumi.Input<string>;
}

/**
 * Signs by a root that is given. What is wrong with plain texts is said before anything is made, and with outputs once they are
 * known, before anything is signed.
 */
export function suppliedSigner(given: SuppliedRoot): SignerFactory {
  const make: SignerFactory = ({ generation }, _, use) => {
    const pair = pulumi.all([given.certificate, pulumi.secret(given.key)]).apply(([certificate, keyPem]) => {
      const checked = said(() => checkedRoot(generation, certificate, keyPem, new Date(), use));
      for (const warning of suppliedRootWarnings(generation, checked, new Date(), use)) pulumi.log.warn(warning);
      return { root: checked, key: keyAsRead(keyPem) };
    });
    // The check reads the key, which made the certificate a secret: it is public.
    return keySigner(
      pulumi.unsecret(pair.apply(({ root }) => root)),
      pair.apply(({ key }) => key),
    );
  };
  const problems: SignerFactory["problems"] = (_, __, use) => {
    const { certificate, key } = given;
    const wrong = [...lateTextProblems("certificate", certificate), ...lateTextProblems("key", key)];
    if (wrong.length > 0) return wrong;
    if (typeof certificate !== "string") return [];
    return suppliedRootProblems(certificate, typeof key === "string" ? key : undefined, new Date(), use);
  };
  return Object.assign(make, { problems });
}

/** The same of a text that may come later. */
function lateTextProblems(field: string, value: unknown): string[] {
  return pulumi.Output.isInstance(value) || value instanceof Promise ? [] : textProblems(field, value);
}

function keySigner(root: pulumi.Output<string>, key: pulumi.Output<string>): RootSigner {
  return { root, sign: (certificate, { pem }, options) => locallySigned(certificate, pem, root, key, options) };
}

function locallySigned(
  { name, uses, isCa, maxPathLength, lifetimeHours, earlyRenewalHours }: CertificatePlan,
  certRequestPem: pulumi.Output<string>,
  caCertPem: pulumi.Output<string>,
  caPrivateKeyPem: pulumi.Output<string>,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const args = {
    ...{ certRequestPem, caCertPem, caPrivateKeyPem },
    allowedUses: [...uses],
    isCaCertificate: isCa,
    ...(maxPathLength !== undefined && { maxPathLength }),
    setSubjectKeyId: true,
    validityPeriodHours: lifetimeHours,
    earlyRenewalHours,
  };
  return new LocallySignedCert(name, args, options).certPem;
}

/** A subject in the form that the provider takes. */
export function subjectOf({ commonName, organization, organizationalUnit }: CertificatePlan["subject"]) {
  return { commonName, organization, ...(organizationalUnit !== undefined && { organizationalUnit }) };
}
