import { createPrivateKey, type KeyObject, type X509Certificate } from "node:crypto";
import { certificatesOf, isSelfSigned, SIGNER_SECRETS } from "pulumi-multisite/plan";
import { HOLDERS, type Holder, holdersIn } from "./holders";
import type { TrustRule } from "./trustRule";

const PLACES = Object.values(SIGNER_SECRETS).map(({ namespace, name }) => `${namespace}/${name}`);
const CERTIFICATE = /-----BEGIN CERTIFICATE-----/;
const KEY = /-----BEGIN ([A-Z]+ )?PRIVATE KEY-----[\s\S]*?-----END ([A-Z]+ )?PRIVATE KEY-----/g;

/** Whoever holds a CA's key speaks for everyone below it. */
export const authorityKeys: TrustRule = {
  name: "tr-004-authority-keys",
  displayName: "Keys of CAs stay where they sign",
  description: "No root's key is in a cluster or a store, and an intermediate's only where the signer reads it.",
  level: "mandatory",
  severity: "critical",
  remediation:
    "Sign centrally and give the site leaves, or an intermediate of its own in the Secret that its signer reads.",
  types: HOLDERS,
  judge: (resource) => holdersIn(resource).flatMap(misplacedIn),
};

function misplacedIn(holder: Holder): string[] {
  const keys = holder.texts.flatMap((text) => text.match(KEY) ?? []).flatMap(readKey);
  if (keys.length === 0) return [];
  return authorities(holder.texts)
    .filter((authority) => keys.some((key) => authority.checkPrivateKey(key)))
    .flatMap((authority) => misplaced(holder, authority));
}

function misplaced({ called, where, isStore }: Holder, authority: X509Certificate): string[] {
  const name = authority.subject.split("\n").join(", ");
  if (isSelfSigned(authority)) return [`${called} holds the key of the root ${name}: no site may have it.`];
  // A site's own entry hands its signers their keys; what reads it is the store's to limit.
  if (isStore || (where !== undefined && PLACES.includes(where))) return [];
  return [`${called} holds the key of the intermediate ${name}: it belongs in one of ${PLACES.join(", ")}.`];
}

function authorities(texts: readonly string[]): X509Certificate[] {
  const found = texts.flatMap((text) => {
    if (!CERTIFICATE.test(text)) return [];
    try {
      return certificatesOf(text.replace(KEY, ""), "It");
    } catch {
      return []; // what nobody can read, no key can speak for
    }
  });
  const distinct = new Map(found.filter(({ ca }) => ca).map((one) => [one.fingerprint256, one]));
  return [...distinct.values()];
}

function readKey(pem: string): KeyObject[] {
  try {
    return [createPrivateKey(pem)];
  } catch {
    return [];
  }
}
