import { type KeyObject, X509Certificate } from "node:crypto";
import { constraintsOf } from "../../../lib/plan/trust/extensions";
import type { Properties } from "../../engine/provider";
import type { Making } from "../model";
import type { Holder, Issued, Terms } from "../tls/x509";

/** Loaded when the first certificate is made: reading the schemas of X.509 costs tens of milliseconds. */
export const x509 = (): typeof import("../tls/x509") => require("../tls/x509");

/** An authority that signs in a simulated cloud. */
export interface Authority {
  readonly key: KeyObject;
  /** Its own certificate and those above it up to the root, in PEM. */
  readonly chain: readonly string[];
}

/** The end of an authority's own certificate. */
export function endOf({ chain }: Authority): Date {
  return new Date(new X509Certificate(chain[0]!).validTo);
}

/** A certificate of an authority. @throws Error when its key is that of another process; see {@link authorityKey} */
export function issueBy({ key, chain }: Authority, holder: Holder, terms: Terms, now: Date): Issued {
  if (!new X509Certificate(chain[0]!).checkPrivateKey(key)) {
    throw new Error("cannot rehearse: an authority with an RSA key signs in the run that made it only");
  }
  return x509().signHolder(holder, chain[0]!, key, terms, now);
}

/** CAs that may follow below an authority: the tightest of the limits in its chain, each less the CAs between. */
export function pathLengthLeft({ chain }: Authority): number {
  return chain.reduce((least, pem, above) => {
    const { pathLength: own } = constraintsOf(new X509Certificate(pem));
    return own === undefined ? least : Math.min(least, own - above);
  }, Number.POSITIVE_INFINITY);
}

/** Terms of a certificate, with the ids of keys that every cloud writes. */
export function termsOf(own: Pick<Terms, "allowedUses" | "hours" | "isCa" | "maxPathLength" | "hash">): Terms {
  return { ...own, setSubjectKeyId: true, setAuthorityKeyId: true };
}

/** Outputs that are made with a thing and stay with it: what is signed once is not signed again by an update. */
export function once<Name extends string>(
  it: Making,
  names: readonly Name[],
  make: () => Record<Name, unknown>,
): Properties {
  const before = it.world.get(it.type, it.scope, it.id)?.outputs;
  return before === undefined ? make() : Object.fromEntries(names.map((name) => [name, before[name]]));
}
