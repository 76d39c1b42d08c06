import * as pulumi from "@pulumi/pulumi";
import { CertRequest } from "@pulumi/tls/certRequest";
import { PrivateKey } from "@pulumi/tls/privateKey";
import { bundleOf } from "../plan/trust/bundle";
import type { CertificatePlan, RootPlan, SiteTrustPlan, TrustPlan } from "../plan/trust/plan";
import type { RootKeeper } from "../plan/trust/spec";
import { exportsOf, type TrustExports } from "./exports";
import type { Pair, SiteMaterial } from "./material";
import { type RootSigner, type SignerFactory, stateSigner, subjectOf } from "./signer";

/** What a trust is made of: its plan, and what cannot be written as plain data. */
export interface TrustArgs {
  /** `FleetPlan.trust`. The only part that is sent to the engine and seen by policies. */
  readonly plan: TrustPlan;
  /** Signers of the roots that are not in the state, by generation. @default {} */
  readonly signers?: { readonly [generation: string]: SignerFactory };
}

/**
 * The trust of a fleet: its roots, and for every site a bundle, leaves and intermediates, all signed here. Reads no site.
 *
 *     const { trust } = fleetPlan(spec);
 *     export const sites = new Trust("shop", { plan: trust! }).exports;
 */
export class Trust extends pulumi.ComponentResource {
  static readonly __pulumiType = "multisite:index:Trust";

  /** What each site gets, by its name. */
  readonly sites: { readonly [site: string]: SiteMaterial };

  /** The same as one secret per site, for a stack's outputs. No key of a root is in it. */
  readonly exports: TrustExports;

  /**
   * @param name name of the fleet.
   * @param opts as of every component; its `provider`, if any, is one of `@pulumi/tls`.
   * @throws pulumi.RunError when a root is kept where no signer was given for.
   */
  constructor(name: string, args: TrustArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseMissing(name, args);
    super(Trust.__pulumiType, name, { plan: args.plan }, opts);
    const options = { parent: this };
    const signers = new Map(args.plan.roots.map((root) => [root.generation, signerOf(root, args, options)]));
    const made = args.plan.sites.map((site) => [site.site, siteMaterial(site, args.plan, signers, options)] as const);
    this.sites = Object.fromEntries(made);
    this.exports = exportsOf(this.sites);
    this.registerOutputs({ sites: made.map(([site]) => site) });
  }
}

/** How a signer is given, by where the root's key is. */
const FACTORIES: Readonly<Record<Exclude<RootKeeper, "state">, string>> = {
  supplied: "suppliedSigner({ certificate, key })",
  offline: "a SignerFactory that passes requests to your signer",
  awsPrivateCa: "a SignerFactory over aws.acmpca.Certificate",
  googleCas: "a SignerFactory over gcp.certificateauthority.Certificate",
};

function refuseMissing(name: string, { plan, signers = {} }: TrustArgs): void {
  const missing = plan.roots.flatMap(({ generation, keeper }) =>
    keeper === "state" || Object.hasOwn(signers, generation)
      ? []
      : [`  signers.${generation} is missing: the root's keeper is "${keeper}", so give ${FACTORIES[keeper]}.`],
  );
  if (missing.length > 0) throw new pulumi.RunError([`Trust "${name}" cannot be built:`, ...missing].join("\n"));
}

function signerOf(root: RootPlan, { signers = {} }: TrustArgs, options: pulumi.CustomResourceOptions): RootSigner {
  return (root.keeper === "state" ? stateSigner : signers[root.generation]!)(root, options);
}

function siteMaterial(
  plan: SiteTrustPlan,
  { rotation }: TrustPlan,
  signers: ReadonlyMap<string, RootSigner>,
  options: pulumi.CustomResourceOptions,
): SiteMaterial {
  const signer = signers.get(plan.generation)!;
  const roots = pulumi
    .all(plan.bundle.map((generation) => signers.get(generation)!.root))
    .apply((all) => bundleOf(plan.site, all, new Date()));
  const certificates = [...plan.leaves, ...plan.intermediates];
  const pairs = Object.fromEntries(certificates.map((one) => [one.role, pairOf(one, signer, options)]));
  return { plan, rotation, roots, pairs };
}

/** A key, its request, and the certificate for it. */
function pairOf(certificate: CertificatePlan, signer: RootSigner, options: pulumi.CustomResourceOptions): Pair {
  const { name, curve, subject, dnsNames, ipAddresses, uris } = certificate;
  const key = new PrivateKey(name, { algorithm: "ECDSA", ecdsaCurve: curve }, options);
  const names = { dnsNames: [...dnsNames], ipAddresses: [...ipAddresses], uris: [...uris] };
  const request = new CertRequest(
    name,
    { privateKeyPem: key.privateKeyPem, subject: subjectOf(subject), ...names },
    options,
  );
  return {
    certificate: signer.sign(certificate, request.certRequestPem, options),
    // PKCS#8 is what every consumer reads: Linkerd and Istio take SEC1 too, Java's do not.
    key: key.privateKeyPemPkcs8,
  };
}
