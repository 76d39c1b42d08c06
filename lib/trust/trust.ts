import * as pulumi from "@pulumi/pulumi";
import { CertRequest } from "@pulumi/tls/certRequest";
import { PrivateKey } from "@pulumi/tls/privateKey";
import { bundleOf } from "../plan/trust/bundle";
import type { SigningTask } from "../plan/trust/offline";
import type { CertificatePlan, RootPlan, SiteTrustPlan, TrustPlan } from "../plan/trust/plan";
import { rootUse } from "../plan/trust/rootUse";
import { exportsOf, type TrustExports } from "./exports";
import { foreignChain } from "./foreign";
import type { Pair, SiteMaterial } from "./material";
import { declare, namesakeProblems } from "./namesakes";
import { renewalClock } from "./renewal";
import type { RootSigner, SignerFactory, SigningRequest, Waiting } from "./rootSigner";
import { said } from "./said";
import { stateSigner, subjectOf } from "./signer";
import { signerProblems } from "./signerProblems";
import { type StoreWriter, storeProblems, writeStore } from "./store";

/** What a trust is made of: its plan, and what cannot be written as plain data. */
export interface TrustArgs {
  /** `FleetPlan.trust`. The only part that is sent to the engine and seen by policies. */
  readonly plan: TrustPlan;
  /** Signers of the roots that are not in the state, by generation. @default {} */
  readonly signers?: { readonly [generation: string]: SignerFactory };
  /** What writes each site's material into the store of the plan: required where that delivers by `secretStore`. */
  readonly store?: StoreWriter;
}

/** A request that waits for somebody's signature. */
export interface SigningRequestOut extends SigningTask {
  /** In PEM; it holds no key. */
  readonly request: string;
}

/**
 * The trust of a fleet: its roots, and for every site a bundle, leaves and intermediates, all signed here. Reads no site.
 *
 *     const { trust } = fleetPlan(spec);
 *     export const sites = new Trust("shop", { plan: trust! }).exports;
 */
export class Trust extends pulumi.ComponentResource {
  static readonly __pulumiType = "multisite:index:Trust";

  /** What each site gets, by its name; without the sites that wait for a signature. */
  readonly sites: { readonly [site: string]: SiteMaterial };

  /**
   * The same as one secret per site, for a stack's outputs; empty where a store delivers, since whoever reads the stack's
   * outputs reads all of them. No key of a root is in it.
   */
  readonly exports: TrustExports;

  /** What waits for a signature by hand, by the names of the certificates; empty unless a root is kept offline. */
  readonly requests: { readonly [certificate: string]: pulumi.Output<SigningRequestOut> };

  /**
   * @param name name of the fleet.
   * @param opts as of every component; its `provider`, if any, is one of `@pulumi/tls`.
   * @throws pulumi.RunError when a root is kept where no signer was given for, or when what a signer was given is wrong,
   *   or when another trust of the program has a root of the same generation.
   */
  constructor(name: string, args: TrustArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(name, [
      ...namesakeProblems(args.plan, opts?.parent),
      ...signerProblems(args.plan, args.signers),
      ...storeProblems(args.plan, args.store),
    ]);
    declare(name, args.plan, opts?.parent);
    super(Trust.__pulumiType, name, { plan: args.plan }, opts);
    const options = { parent: this };
    const signers = new Map(args.plan.roots.map((root) => [root.generation, signerOf(root, args, options)]));
    const built = args.plan.sites.map((site) => siteMaterial(site, args.plan, signers, options));
    this.sites = Object.fromEntries(built.flatMap((one) => ("plan" in one ? [[one.plan.site, one]] : [])));
    this.requests = Object.assign({}, ...built.map((one) => ("plan" in one ? {} : one.requests)));
    const texts = exportsOf(this.sites);
    const { store } = args.plan;
    if (store !== undefined) writeStore(store, args.store!, texts, options);
    this.exports = store === undefined ? texts : {};
    this.registerOutputs({ sites: Object.keys(this.sites), waiting: Object.keys(this.requests) });
  }
}

function refuse(name: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new pulumi.RunError([`Trust "${name}" cannot be built:`, ...problems].join("\n  "));
}

function signerOf(
  root: RootPlan,
  { plan, signers = {} }: TrustArgs,
  options: pulumi.CustomResourceOptions,
): RootSigner {
  const { generation, keeper } = root;
  return keeper === "state"
    ? stateSigner(root, options)
    : signers[generation]!(root, options, rootUse(plan, generation));
}

/** A site that waits for signatures gets nothing: half of its certificates would be worth nothing to it. */
interface WaitingSite {
  readonly requests: Trust["requests"];
}

function siteMaterial(
  plan: SiteTrustPlan,
  { rotation }: TrustPlan,
  signers: ReadonlyMap<string, RootSigner>,
  options: pulumi.CustomResourceOptions,
): SiteMaterial | WaitingSite {
  const signer = signers.get(plan.generation)!;
  const made = [...plan.leaves, ...plan.intermediates].map((one) => ({ one, ...pairOf(one, signer, options) }));
  const waiting = made.flatMap(({ one, certificate, request }) =>
    "waiting" in certificate ? [[one.name, requestOut(certificate, request)] as const] : [],
  );
  if (waiting.length > 0) return { requests: Object.fromEntries(waiting) };
  const roots = pulumi
    .all(plan.bundle.map((generation) => signers.get(generation)!.root))
    .apply((all) => said(() => bundleOf(plan.site, all, new Date())));
  const pairs = made.map(({ one, certificate, key }): [string, Pair] => [
    one.role,
    { certificate: certificate as pulumi.Output<string>, key },
  ]);
  return { plan, rotation, roots, pairs: Object.fromEntries(pairs) };
}

function requestOut({ waiting }: Waiting, request: pulumi.Output<string>): pulumi.Output<SigningRequestOut> {
  return request.apply((pem) => ({ ...waiting, request: pem }));
}

/** A key, its request, and the certificate for it. */
function pairOf(certificate: CertificatePlan, signer: RootSigner, options: pulumi.CustomResourceOptions) {
  const { name, curve, subject, dnsNames, ipAddresses, uris } = certificate;
  const key = new PrivateKey(name, { algorithm: "ECDSA", ecdsaCurve: curve }, options);
  const names = { dnsNames: [...dnsNames], ipAddresses: [...ipAddresses], uris: [...uris] };
  const request = new CertRequest(
    name,
    { privateKeyPem: key.privateKeyPem, subject: subjectOf(subject), ...names },
    options,
  );
  const asked: SigningRequest = {
    ...{ pem: request.certRequestPem, publicKeyPem: key.publicKeyPem },
    ...(signer.needsClock && { clock: renewalClock(certificate, key.privateKeyPem, options) }),
  };
  const signed = signer.sign(certificate, asked, options);
  const isChecked = signer.isForeign === true && !("waiting" in signed);
  return {
    certificate: isChecked ? foreignChain(certificate, signed, signer.root, key.publicKeyPem) : signed,
    request: request.certRequestPem,
    // PKCS#8 is what every consumer reads: Linkerd and Istio take SEC1 too, Java's do not.
    key: key.privateKeyPemPkcs8,
  };
}
