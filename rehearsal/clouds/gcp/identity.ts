import type { Model } from "../model";
import { zonesOf } from "../regions";
import { matches, oneOf } from "../rules";
import { digits } from "../sdk/madeUp";
import { text } from "../wire";
import { ACCOUNT, CRYPTO_KEY, idIn, KEY_RING, project } from "./names";

const MEMBER = matches(
  /^(allUsers|allAuthenticatedUsers|(deleted:)?(user|group|serviceAccount|domain|projectOwner|projectEditor|projectViewer|principal|principalSet):\S+)$/,
  'such as "serviceAccount:name@project.iam.gserviceaccount.com", "user:...", "group:..." or "principalSet:..."',
);
const GRANTED = matches(
  /^(roles\/[\w.]+|(projects|organizations)\/[^/]+\/roles\/[\w.]+)$/,
  'such as "roles/container.viewer"',
);
const keyName = {
  property: "name",
  rule: matches(/^[\w-]{1,63}$/, "1 to 63 letters, digits, hyphens and underscores"),
  maxLength: 63,
} as const;
/** Places of keys that are no single region. Source: cloud.google.com/kms/docs/locations, 2026-11. */
const MULTI_REGIONS = /^(global|us|europe|asia|asia1|eur[3-6]|nam\d+|au|ca|in|it|jp|kr|uk|de|fr|ch)$/;

/** A grant: it is one for each member, role and thing. */
export const grant = (on: string): Model => ({
  id: ({ inputs, account }) => `${text(inputs, on) ?? account.owner}/${text(inputs, "role")}/${text(inputs, "member")}`,
  immutable: ["*"],
  values: { member: MEMBER, role: GRANTED },
  outputs: (it) => ({ etag: `BwY${it.hex(8)}=` }),
});

/** Identities and keys. Sources: the IAM and Cloud KMS API references, and `ForceNew` in terraform-provider-google 7. */
export const identityModels: { readonly [type: string]: Model } = {
  [ACCOUNT]: {
    id: (it) =>
      `projects/${project(it)}/serviceAccounts/${text(it.inputs, "accountId")}@${project(it)}.iam.gserviceaccount.com`,
    name: {
      property: "accountId",
      rule: matches(
        /^[a-z]([-a-z0-9]{4,28}[a-z0-9])$/,
        "6 to 30 lower-case letters, digits and hyphens that begin with a letter",
      ),
      maxLength: 30,
    },
    unique: [],
    immutable: ["accountId"],
    handles: ["email", "name", "member"],
    outputs: (it) => {
      const email = it.id.split("/").at(-1);
      return {
        email,
        member: `serviceAccount:${email}`,
        name: it.id,
        uniqueId: digits(21, it.id),
        deletionPolicy: "DELETE",
      };
    },
  },
  "gcp:projects/iAMMember:IAMMember": grant("project"),
  "gcp:serviceaccount/iAMMember:IAMMember": {
    ...grant("serviceAccountId"),
    refers: { serviceAccountId: { to: [ACCOUNT] } },
  },
  "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember": {
    ...grant("cryptoKeyId"),
    refers: { cryptoKeyId: { to: [CRYPTO_KEY] } },
  },
  [KEY_RING]: {
    id: idIn((it) => `locations/${text(it.inputs, "location")}/keyRings`),
    name: keyName,
    unique: [],
    values: {
      location: (value) =>
        MULTI_REGIONS.test(String(value)) || zonesOf("gcp", String(value)) !== undefined
          ? undefined
          : `must be a region of Google Cloud, or such as "global" or "europe"; got "${value}"`,
    },
  },
  [CRYPTO_KEY]: {
    id: ({ inputs }) => `${text(inputs, "keyRing")}/cryptoKeys/${text(inputs, "name")}`,
    name: keyName,
    unique: [],
    immutable: [
      "keyRing",
      "purpose",
      "importOnly",
      "skipInitialVersionCreation",
      "destroyScheduledDuration",
      "cryptoKeyBackend",
    ],
    values: {
      purpose: oneOf(
        "ENCRYPT_DECRYPT",
        "ASYMMETRIC_SIGN",
        "ASYMMETRIC_DECRYPT",
        "MAC",
        "RAW_ENCRYPT_DECRYPT",
        "KEY_ENCAPSULATION",
      ),
      rotationPeriod: (value) => {
        const seconds = /^(\d+)(\.\d{1,9})?s$/.exec(String(value))?.[1];
        return seconds !== undefined && Number(seconds) >= 86400
          ? undefined
          : `must be seconds followed by "s", a day (86400s) or more; got "${value}"`;
      },
    },
    rules: [
      ({ inputs }) => {
        const rotates =
          text(inputs, "rotationPeriod") !== undefined &&
          (text(inputs, "purpose") ?? "ENCRYPT_DECRYPT") !== "ENCRYPT_DECRYPT";
        return rotates
          ? { property: "rotationPeriod", reason: "can be given when purpose is ENCRYPT_DECRYPT only" }
          : undefined;
      },
    ],
    refers: { keyRing: { to: [KEY_RING] } },
    outputs: (it) => ({
      primaries: [{ name: `${it.id}/cryptoKeyVersions/1`, state: "ENABLED" }],
      purpose: "ENCRYPT_DECRYPT",
      destroyScheduledDuration: "2592000s",
      importOnly: false,
      cryptoKeyBackend: "",
      deletionPolicy: "DELETE",
    }),
  },
};
