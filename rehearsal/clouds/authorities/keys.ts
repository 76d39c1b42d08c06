import { createECDH, createPrivateKey, generateKeyPairSync, hkdfSync, type KeyObject } from "node:crypto";

/** Kinds of keys that authorities sign by. */
export type AuthorityAlgorithm = { readonly curve: Curve } | { readonly rsaBits: number };

type Curve = "P-256" | "P-384" | "P-521";

const CURVES: Readonly<Record<Curve, { readonly openssl: string; readonly bytes: number; readonly topBits: number }>> =
  {
    "P-256": { openssl: "prime256v1", bytes: 32, topBits: 0xff },
    "P-384": { openssl: "secp384r1", bytes: 48, topBits: 0xff },
    "P-521": { openssl: "secp521r1", bytes: 66, topBits: 0x01 },
  };

/** Node makes no RSA key from a seed, so such a key lives as long as the process. */
const rsaKeys = new Map<string, KeyObject>();

/**
 * The key of an authority in a simulated cloud, which no state holds. One on a curve follows from its seed, so that an
 * authority of an earlier run signs by the key that it had; an RSA key is another in every process.
 * @param seed the authority's id
 */
export function authorityKey(algorithm: AuthorityAlgorithm, seed: string): KeyObject {
  if ("curve" in algorithm) return derived(algorithm.curve, seed);
  const known = rsaKeys.get(seed);
  if (known !== undefined) return known;
  const made = generateKeyPairSync("rsa", { modulusLength: algorithm.rsaBits }).privateKey;
  rsaKeys.set(seed, made);
  return made;
}

function derived(curve: Curve, seed: string): KeyObject {
  const { openssl, bytes, topBits } = CURVES[curve];
  const scalar = Buffer.from(hkdfSync("sha512", seed, "", "simulated authority", bytes));
  scalar[0] = scalar[0]! & topBits;
  const point = createECDH(openssl);
  point.setPrivateKey(scalar);
  const open = point.getPublicKey();
  const jwk = {
    kty: "EC",
    crv: curve,
    d: scalar.toString("base64url"),
    x: open.subarray(1, 1 + bytes).toString("base64url"),
    y: open.subarray(1 + bytes).toString("base64url"),
  };
  return createPrivateKey({ key: jwk, format: "jwk" });
}
