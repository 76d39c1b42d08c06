import type { Model } from "../model";
import { matches } from "../rules";
import { text } from "../wire";
import { inGroup, inside, pathId, VAULT, VAULT_SECRET } from "./names";
import { notRecoverable } from "./softDelete";

const MOST_BYTES = 25_600;

/** Secrets of Key Vault. Source: its REST API and service limits. The API answers with everything but the value. */
export const secretModels: { readonly [type: string]: Model } = {
  [VAULT_SECRET]: {
    id: pathId("Microsoft.KeyVault", "vaults", "vaultName", "secrets", "secretName"),
    name: {
      property: "secretName",
      rule: matches(/^[A-Za-z0-9-]{1,127}$/, "1 to 127 letters, digits and hyphens"),
      maxLength: 127,
    },
    unique: [],
    values: {
      "properties.value": (value) =>
        Buffer.byteLength(String(value)) <= MOST_BYTES ? undefined : `must be ${MOST_BYTES} bytes at most`,
    },
    refers: { ...inGroup, ...inside("vaultName", VAULT, "Microsoft.KeyVault", "vaults") },
    world: [notRecoverable("secretName", "a secret")],
    outputs: (it) => {
      const secretUri = `https://${text(it.inputs, "vaultName")}.vault.azure.net/secrets/${text(it.inputs, "secretName")}`;
      return {
        properties: { secretUri, secretUriWithVersion: `${secretUri}/${it.hex(32)}` },
        location: text(it.target("vaultName")?.outputs, "location"),
        type: "Microsoft.KeyVault/vaults/secrets",
      };
    },
  },
};
