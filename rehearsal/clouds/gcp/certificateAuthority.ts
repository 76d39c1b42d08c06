import { once } from "../authorities/authority";
import type { Model } from "../model";
import { exactlyOne, matches, oneOf } from "../rules";
import { notSoftDeleted } from "../softDelete";
import { at, text } from "../wire";
import type { Thing, World } from "../world";
import { algorithmRefusal, authorityChain } from "./certificateAuthorities";
import { secondsIn } from "./certificateConfig";
import { certificateRefusals, signed } from "./certificateSigning";
import { CA_AUTHORITY, CA_CERTIFICATE, CA_POOL, idIn, project } from "./names";

const NAME = matches(/^[A-Za-z0-9_-]{1,63}$/, "1 to 63 letters, digits, - and _");
const DURATION = (value: unknown) =>
  secondsIn(String(value)) === undefined
    ? `must be seconds followed by "s", such as "31536000s"; got "${value}"`
    : undefined;
const inPool =
  (kind: string, name: string): NonNullable<Model["id"]> =>
  (it) =>
    `projects/${project(it)}/locations/${text(it.inputs, "location")}/caPools/${text(it.inputs, "pool")}/${kind}/${text(it.inputs, name)}`;
const SIGNED = ["pemCertificate", "pemCertificateChains", "issuerCertificateAuthority"] as const;
const CREATED = { createTime: "2026-01-01T00:00:00Z", updateTime: "2026-01-01T00:00:00Z", deletionPolicy: "DELETE" };

/**
 * Authorities of Certificate Authority Service, which really sign. Sources: its API reference, and `ForceNew` in
 * terraform-provider-google 7.
 */
export const certificateAuthorityModels: { readonly [type: string]: Model } = {
  [CA_POOL]: {
    id: idIn((it) => `locations/${text(it.inputs, "location")}/caPools`),
    name: { property: "name", rule: NAME, maxLength: 63 },
    unique: [],
    immutable: ["tier", "location", "project"],
    values: { tier: oneOf("ENTERPRISE", "DEVOPS"), "issuancePolicy.maximumLifetime": DURATION },
    undeletable: stillHolding,
    outputs: () => ({ deletionPolicy: "DELETE" }),
  },
  [CA_AUTHORITY]: {
    id: inPool("certificateAuthorities", "certificateAuthorityId"),
    name: { property: "certificateAuthorityId", rule: NAME, maxLength: 63 },
    unique: [],
    immutable: ["config", "keySpec", "lifetime", "type", "gcsBucket", "pool"],
    values: {
      type: oneOf("SELF_SIGNED", "SUBORDINATE"),
      desiredState: oneOf("ENABLED", "DISABLED", "STAGED"),
      lifetime: DURATION,
      "keySpec.algorithm": (value) => algorithmRefusal(String(value)),
    },
    rules: [
      exactlyOne("keySpec.algorithm", "keySpec.cloudKmsKeyVersion"),
      ({ inputs }) =>
        at(inputs, "config.x509Config.caOptions.isCa") === true
          ? undefined
          : { property: "config.x509Config.caOptions.isCa", reason: "must be true: it is to sign" },
    ],
    refers: {
      pool: { to: [CA_POOL], holds: true, given: true },
      "subordinateConfig.certificateAuthority": { to: [CA_AUTHORITY], holds: true },
    },
    world: [
      (it) =>
        text(it.inputs, "keySpec.cloudKmsKeyVersion") === undefined
          ? undefined
          : text(it.target("pool")?.inputs, "tier") === "DEVOPS"
            ? "keySpec.cloudKmsKeyVersion: a pool of tier DEVOPS takes no key of yours; give algorithm (INVALID_ARGUMENT)"
            : "cannot rehearse: keySpec.cloudKmsKeyVersion; give algorithm",
      (it) =>
        text(it.inputs, "type") === "SUBORDINATE" && it.target("subordinateConfig.certificateAuthority") === undefined
          ? "cannot rehearse: a subordinate authority whose issuer the program did not make"
          : undefined,
    ],
    undeletable: ({ inputs }) =>
      at(inputs, "deletionProtection") === false
        ? undefined
        : "deletionProtection is on; set it to false, update, and then delete",
    outputs: (it) => ({
      ...{ ...CREATED, name: it.id, type: "SELF_SIGNED", deletionProtection: true, lifetime: "315360000s" },
      state: text(it.inputs, "desiredState") ?? "ENABLED",
      ...once(it, ["pemCaCertificates"], () => ({ pemCaCertificates: authorityChain(it) })),
      accessUrls: [],
    }),
  },
  [CA_CERTIFICATE]: {
    id: inPool("certificates", "name"),
    name: { property: "name", rule: NAME, maxLength: 63 },
    unique: [],
    immutable: ["*"],
    mutable: ["labels", "deletionPolicy"],
    values: { lifetime: DURATION },
    rules: [exactlyOne("pemCsr", "config")],
    refers: { pool: { to: [CA_POOL], given: true } },
    world: [
      ...certificateRefusals,
      notSoftDeleted(
        "name",
        (name) => `the pool had a certificate "${name}", and takes a name once for ever; give another (ALREADY_EXISTS)`,
      ),
    ],
    outputs: (it) => ({
      ...CREATED,
      certificateDescriptions: [],
      revocationDetails: [],
      ...once(it, SIGNED, () => signed(it)),
    }),
  },
};

/** A pool goes when all that was in it is deleted for good. Source: "Delete CA pools" of its guide. */
function stillHolding(pool: Thing, world: World): string | undefined {
  const name = pool.id.split("/").at(-1);
  for (const { scope, inputs, id } of world.allBuried(CA_AUTHORITY, pool.scope)) {
    if (text(inputs, "pool") !== name || at(inputs, "skipGracePeriod") === true) continue;
    if (world.get(CA_AUTHORITY, scope, id) === undefined)
      return `${id} was in it, and can be brought back for 30 days; delete the pool after that (FAILED_PRECONDITION)`;
  }
  return undefined;
}
