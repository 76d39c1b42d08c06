import * as pulumi from "@pulumi/pulumi";
import { LateError } from "../lateError";
import type { TrustPlan } from "../plan/trust/plan";
import type { SecretStoreSpec } from "../plan/trust/spec";
import { STORES, type StoreEntry, type StorePlan } from "../plan/trust/store";
import { deliveredTrust, NO_MATERIAL } from "./exports";
import type { TrustSource } from "./material";

/** Writes entries into a store outside all sites. */
export interface StoreWriter {
  readonly kind: SecretStoreSpec["kind"];
  /** Prepares the store. @returns what writes one entry of it */
  open(
    store: StorePlan,
    options: pulumi.CustomResourceOptions,
  ): (entry: StoreEntry, text: pulumi.Output<string>) => void;
}

/** The export of `pulumi-multisite/...` that writes into a store of each kind. */
const WRITERS: Readonly<Record<SecretStoreSpec["kind"], string>> = {
  awsSecretsManager: 'awsSecretsManager() of "pulumi-multisite/aws"',
  googleSecretManager: 'googleSecretManager() of "pulumi-multisite/gcp"',
  azureKeyVault: 'azureKeyVault() of "pulumi-multisite/azure"',
};

/** What is wrong with the writer of a trust, before anything is made. */
export function storeProblems({ store }: TrustPlan, writer: StoreWriter | undefined): string[] {
  if (store === undefined) {
    return writer === undefined ? [] : ['store is given, and trust.delivery.by is not "secretStore": remove one.'];
  }
  if (writer?.kind === store.kind) return [];
  const given = writer === undefined ? "is missing" : `is of kind "${writer.kind}"`;
  return [`store ${given}, and trust.delivery.store is of kind "${store.kind}": give ${WRITERS[store.kind]}.`];
}

/**
 * Writes each site's material into its own entry; one that its store would refuse is refused before. The entry of a site that
 * has none, as one that is expelled, stays and is emptied.
 */
export function writeStore(
  store: StorePlan,
  writer: StoreWriter,
  texts: { readonly [site: string]: pulumi.Output<string> },
  options: pulumi.CustomResourceOptions,
): void {
  const write = writer.open(store, options);
  const { mostBytes } = STORES[store.kind];
  for (const entry of store.entries) {
    const text = texts[entry.site] ?? pulumi.output(NO_MATERIAL);
    write(
      entry,
      text.apply((one) => fitting(entry, one, mostBytes)),
    );
  }
}

function fitting({ site, name }: StoreEntry, text: string, mostBytes: number): string {
  const bytes = Buffer.byteLength(text);
  if (bytes <= mostBytes) return text;
  throw new LateError(
    `The material of site "${site}" has ${bytes} bytes, and an entry such as ${name} holds ${mostBytes}: give the sites fewer ` +
      "signers, or a store of another kind.",
  );
}

/** An entry of a site that is read: it is not expelled. */
export type ReadEntry = StoreEntry & { readonly reader: string };

/**
 * The text of an entry, as a secret.
 * @param answer what the store answers: a promise, since an output's error reaches the user with the stack of each that waits for it
 * @throws LateError, within the output, with what the store says
 */
export function readEntry({ site, name }: ReadEntry, answer: Promise<string>): pulumi.Output<string> {
  const text = answer.catch((error: Error) => {
    throw new LateError(
      `The entry of site "${site}" in the store, ${name}, cannot be read: ${reason(error)}\n  Run the trust stack first; in a rehearsal ` +
        "give the state that it left, by --reference STACK=FILE.",
    );
  });
  return pulumi.secret(text);
}

/** What a function of a provider has failed for, without the SDK's word for that. */
function reason({ message }: Error): string {
  return message.trim().replace(/^Invoke of '[^']*' failed: /, "");
}

/**
 * Material that is read from the store of the plan: a site's entry is read when the site is built, and no other's.
 * @param read gives the text of one entry
 */
export function storedTrust(
  kind: SecretStoreSpec["kind"],
  read: (store: StorePlan, entry: ReadEntry, options: pulumi.ComponentResourceOptions) => pulumi.Output<string>,
): TrustSource {
  const source: TrustSource = (name, plan, options) => {
    const { store } = plan;
    // The plan has one: what has none is a problem of the arguments.
    const entryOf = (site: string) => store!.entries.find((entry) => entry.site === site)! as ReadEntry;
    return deliveredTrust((site) => read(store!, entryOf(site), options))(name, plan, options);
  };
  const problems = ({ store }: TrustPlan) =>
    store?.kind === kind ? [] : [`reads a store of kind "${kind}": set trust.delivery.store accordingly.`];
  return Object.assign(source, { problems });
}
