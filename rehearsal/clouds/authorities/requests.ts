import type { KeyObject } from "node:crypto";
import { x509 } from "./authority";

const CURVES = ["prime256v1", "secp384r1", "secp521r1"];
const LEAST_RSA_BITS = 2048;

/** Why an authority of a cloud signs no such request; undefined when it does. */
export function requestRefusal(pem: string, property: string): string | undefined {
  try {
    return keyRefusal(x509().publicKeyOf(x509().readRequest(pem, property)), property);
  } catch {
    return `${property}: it cannot be read; give a request in PEM (MalformedCSRException)`;
  }
}

/** Why an authority of a cloud certifies no such key. */
export function keyRefusal(
  { asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject,
  property: string,
): string | undefined {
  if (type === "ec" && CURVES.includes(details?.namedCurve ?? "")) return undefined;
  if (type === "rsa" && (details?.modulusLength ?? 0) >= LEAST_RSA_BITS) return undefined;
  return `${property}: its key is ${details?.namedCurve ?? `${type} of ${details?.modulusLength ?? 0} bits`}; give one on P-256, P-384 or P-521, or RSA of ${LEAST_RSA_BITS} bits or more`;
}
