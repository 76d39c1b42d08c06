import { createCipheriv, createDecipheriv, pbkdf2Sync, randomBytes } from "node:crypto";
import { UserError } from "../userError";

/**
 * Secrets in a deployment, in the form of Pulumi's own `passphrase` secrets provider, so that `pulumi stack import`
 * reads them with the same PULUMI_CONFIG_PASSPHRASE: AES-256-GCM with a key from PBKDF2 (SHA-256, 1,000,000 rounds).
 * Source: pulumi sdk/go/common/resource/config/crypt.go.
 */
export interface Crypter {
  /** `v1:<salt>:<encrypted word>`, as `secrets_providers.state.salt` and a stack file's `encryptionsalt` hold it. */
  salt: string;
  encrypt(plaintext: string): string;
  decrypt(ciphertext: string): string;
}

const rounds = 1_000_000;
/** Encrypted into the salt, so that a wrong passphrase is noticed before anything is read with it. */
const probe = "pulumi";
const known = new Map<string, Crypter>();

function seal(key: Buffer, plaintext: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const sealed = Buffer.concat([cipher.update(plaintext, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `v1:${nonce.toString("base64")}:${sealed.toString("base64")}`;
}

function unseal(key: Buffer, ciphertext: string): string {
  const [version, nonce, sealed, ...more] = ciphertext.split(":");
  if (version !== "v1" || nonce === undefined || sealed === undefined || more.length > 0)
    throw new Error("not a v1 ciphertext");
  const bytes = Buffer.from(sealed, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
  decipher.setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString("utf8");
}

/**
 * The crypter for a passphrase. Deriving its key takes a third of a second, so it is made on the first secret and kept.
 * @param passphrase may be empty, as in Pulumi.
 * @param salt of an existing deployment or stack file; a new one is made by default.
 * @throws UserError when the salt was made with another passphrase, or is none.
 */
export function passphraseCrypter(passphrase: string, salt?: string): Crypter {
  const named = (of: string) => `${of}\n${passphrase}`;
  const existing = known.get(named(salt ?? ""));
  if (existing !== undefined) return existing;
  const parts = salt?.split(":");
  const saltBytes = parts === undefined ? randomBytes(8) : Buffer.from(parts[1] ?? "", "base64");
  const key = pbkdf2Sync(passphrase, saltBytes, rounds, 32, "sha256");
  if (parts !== undefined && !opens(key, parts.slice(2).join(":"))) {
    throw new UserError(
      "the state's secrets were encrypted with another passphrase: set PULUMI_CONFIG_PASSPHRASE to that one",
    );
  }
  const crypter: Crypter = {
    salt: salt ?? `v1:${saltBytes.toString("base64")}:${seal(key, probe)}`,
    encrypt: (plaintext) => seal(key, plaintext),
    decrypt: (ciphertext) => unseal(key, ciphertext),
  };
  // What it has written is read with the same salt.
  for (const of of [salt ?? "", crypter.salt]) known.set(named(of), crypter);
  return crypter;
}

function opens(key: Buffer, word: string): boolean {
  try {
    return unseal(key, word) === probe;
  } catch {
    return false;
  }
}
