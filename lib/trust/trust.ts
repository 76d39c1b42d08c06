import * as pulumi from "@pulumi/pulumi";
import { CertRequest } from "@pulumi/tls/certRequest";
import { PrivateKey } from "@pulumi/tls/privateKey";
import { bundleOf, certificatesOf, fingerprintOf, keyPrintOf, type RootPrints } from "../plan/trust/bundle";
import { certificatesOfSet, type SigningTask } from "../plan/trust/offline";
import type { CertificatePlan, IssuedSet, RootPlan, SiteTrustPlan, TrustPlan } from "../plan/trust/plan";
import { type RootUse, rootUse } from "../plan/trust/rootUse";
import { checkedRoot } from "../plan/trust/supplied";
import { exportsOf, type TrustExports } from "./exports";
import { foreignChain } from "./foreign";
import type { Pair, SiteMaterial } from "./material";
import { declare, namesakeProblems } from "./namesakes";
import { renewalClock } from "./renewal";
import type { RootSigner, SignerFactory, SigningRequest } from "./rootSigner";
import { said } from "./said";
import { stateSigner, subjectOf } from "./signer";
import { signerProblems, signerWarnings } from "./signerProblems";
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

  /** What each site gets, by its name; without the sites that wait for a signature and have nothing yet. */
  readonly sites: { readonly [site: string]: SiteMaterial };

  /**
   * The same as one secret per site, for a stack's outputs; empty where a store delivers, since whoever reads the stack's
   * outputs reads all of them. No key of a root is in it.
   */
  readonly exports: TrustExports;

  /**
   * What waits for a signature by hand, for the first time or again, by the names of the certificates; empty unless a root is
   * kept offline.
   */
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
    for (const warning of signerWarnings(args.plan, args.signers)) pulumi.log.warn(warning);
    super(Trust.__pulumiType, name, { plan: args.plan }, opts);
    const options = { parent: this };
    const signers = new Map(args.plan.roots.map((root) => [root.generation, signerOf(root, args, options)]));
    const built = args.plan.sites.map((site) => siteTrust(site, args.plan, signers, options));
    this.sites = Object.fromEntries(
      built.flatMap(({ material }) => (material === undefined ? [] : [[material.plan.site, material]])),
    );
    this.requests = Object.assign({}, ...built.map(({ requests }) => requests));
    const texts = exportsOf(this.sites);
    const { store } = args.plan;
    if (store !== undefined) writeStore(store, args.store!, texts, options);
    this.exports = store === undefined ? texts : {};
    const roots = Object.fromEntries([...signers].map(([generation, { root }]) => [generation, printsOf(root)]));
    this.registerOutputs({ sites: Object.keys(this.sites), waiting: Object.keys(this.requests), roots });
  }
}

/** What tells a root from another one under its name, which no input of the trust does. */
function printsOf(root: pulumi.Output<string>): pulumi.Output<RootPrints> {
  const prints = root.apply((pem) => {
    const [certificate] = said(() => certificatesOf(pem, "The root"));
    return { certificate: fingerprintOf(certificate!), key: keyPrintOf(certificate!) };
  });
  return pulumi.unsecret(prints);
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
  const { generation, keeper, state } = root;
  if (keeper === "state") return stateSigner(root, options);
  const use = rootUse(plan, generation);
  const signer = signers[generation]!(root, options, use);
  // Else it would be told when the first site is to be issued from it, and all trust it by then.
  return signer.isForeign === true && state === "next"
    ? { ...signer, root: fitRoot(generation, signer.root, use) }
    : signer;
}

/** A root that is made elsewhere, once it is fit for what it is to sign. */
function fitRoot(generation: string, root: pulumi.Output<string>, use: RootUse): pulumi.Output<string> {
  return root.apply((pem) => said(() => checkedRoot(generation, pem, undefined, new Date(), use)));
}

/** What a site gets of a trust, and what of it waits for a signature. */
interface SiteTrust {
  /** Undefined for a site that has no whole set of certificates yet: half of one would be worth nothing to it. */
  readonly material: SiteMaterial | undefined;
  readonly requests: Trust["requests"];
}

/** Signs for a site. One that waits for signatures by hand keeps what it had: nothing is taken away before the new is there. */
function siteTrust(
  plan: SiteTrustPlan,
  { trustDomain, rotation, roots }: TrustPlan,
  signers: ReadonlyMap<string, RootSigner>,
  options: pulumi.CustomResourceOptions,
): SiteTrust {
  const signerOf = ({ generation }: IssuedSet) => signers.get(generation)!;
  const isWhole = (set: IssuedSet) => !certificatesOfSet(set).some((one) => signerOf(set).lacks?.(one));
  const given = [plan, ...plan.others].find(isWhole);
  const isNext = ({ generation }: IssuedSet) =>
    roots.some((one) => one.generation === generation && one.state === "next");
  // Keys of what is signed by hand stay as long as its root does: with others, nothing that was signed would be of use again.
  const kept = plan.others.filter((set) => set === given || signerOf(set).lacks !== undefined);
  const made = [plan, ...kept].map((set) => ({
    set,
    pairs: certificatesOfSet(set).map((one) => pairOf(one, signerOf(set), options)),
  }));
  const asked = made.filter(({ set }) => set === plan || isNext(set)).flatMap(({ pairs }) => pairs);
  const waiting = asked.flatMap((pair) => (pair.task === undefined ? [] : [{ ...pair, task: pair.task }]));
  for (const { one, certificate } of waiting) if (certificate !== undefined) warnOfDue(one);
  if (given !== undefined && given !== plan) warnOfKept(plan, given);
  const requests = waiting.map(({ one, task, request }) => [one.name, requestOut(task, request)] as const);
  return {
    material: given && {
      ...{ plan, trustDomain, rotation, roots: bundleFor(plan, signers) },
      pairs: rolesOf(made.find(({ set }) => set === given)!.pairs),
    },
    requests: Object.fromEntries(requests),
  };
}

function warnOfDue({ name, generation }: CertificatePlan): void {
  pulumi.log.warn(`Certificate ${name} is due: have its request signed again by root ${generation}.`);
}

function warnOfKept({ site, generation }: SiteTrustPlan, kept: IssuedSet): void {
  pulumi.log.warn(
    `Site ${site} keeps its certificates from root ${kept.generation} until all of those from ${generation} are signed by hand.`,
  );
}

function bundleFor({ site, bundle }: SiteTrustPlan, signers: ReadonlyMap<string, RootSigner>): pulumi.Output<string> {
  return pulumi
    .all(bundle.map((generation) => signers.get(generation)!.root))
    .apply((all) => said(() => bundleOf(site, all, new Date())));
}

function rolesOf(pairs: readonly MadePair[]): SiteMaterial["pairs"] {
  return Object.fromEntries(
    pairs.map(({ one, certificate, key }): [string, Pair] => [one.role, { certificate: certificate!, key }]),
  );
}

function requestOut(task: SigningTask, request: pulumi.Output<string>): pulumi.Output<SigningRequestOut> {
  return request.apply((pem) => ({ ...task, request: pem }));
}

interface MadePair {
  readonly one: CertificatePlan;
  /** Undefined as long as nobody has signed it. */
  readonly certificate: pulumi.Output<string> | undefined;
  /** What somebody is to sign by hand; undefined where nobody is, or it is not due. */
  readonly task: SigningTask | undefined;
  readonly request: pulumi.Output<string>;
  readonly key: pulumi.Output<string>;
}

/** A key, its request, and the certificate for it. */
function pairOf(one: CertificatePlan, signer: RootSigner, options: pulumi.CustomResourceOptions): MadePair {
  const { name, curve, subject, dnsNames, ipAddresses, uris } = one;
  const key = new PrivateKey(name, { algorithm: "ECDSA", ecdsaCurve: curve }, options);
  const names = { dnsNames: [...dnsNames], ipAddresses: [...ipAddresses], uris: [...uris] };
  const request = new CertRequest(
    name,
    { privateKeyPem: key.privateKeyPem, subject: subjectOf(subject), ...names },
    options,
  );
  const asked: SigningRequest = {
    ...{ pem: request.certRequestPem, publicKeyPem: key.publicKeyPem },
    ...(signer.needsClock && { clock: renewalClock(one, key.privateKeyPem, options) }),
  };
  const signed = signer.sign(one, asked, options);
  const { waiting: task, certificate } = "waiting" in signed ? signed : { waiting: undefined, certificate: signed };
  const isChecked = signer.isForeign === true && certificate !== undefined;
  return {
    ...{ one, task, request: request.certRequestPem },
    certificate: isChecked
      ? foreignChain(one, certificate, signer.root, key.publicKeyPem, signer.lacks !== undefined)
      : certificate,
    // PKCS#8 is what every consumer reads: Linkerd and Istio take SEC1 too, Java's do not.
    key: key.privateKeyPemPkcs8,
  };
}
