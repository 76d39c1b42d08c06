import type { FleetSpec } from "../spec";
import type { DeliverySpec, SecretStoreSpec } from "../trust/spec";
import { checkOutside } from "./outside";
import type { DraftSite } from "./sites";
import type { Draft } from "./structure";
import { oneOf, type Path, type Report, show } from "./wording";

type Store = Draft<NonNullable<DeliverySpec["store"]>>;

/** What a store of each kind is found by, beside its region. */
const FIELDS = {
  awsSecretsManager: { writer: "give the ARN of the role as which the trust stack runs" },
  googleSecretManager: {},
  azureKeyVault: {
    vault: "give the name of the key vault, which the trust stack makes",
    resourceGroup: "give the resource group in which the vault is made",
    tenant: "give the directory (tenant) id of the vault's subscription",
  },
} as const satisfies Record<string, { readonly [field in keyof SecretStoreSpec]?: string }>;
const OWN_FIELDS = Object.values(FIELDS).flatMap((fields) => Object.keys(fields)) as (keyof Store)[];

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const ROLE = /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;
/** Who owns a store of each kind, and who reads in it. */
const FORMS = {
  awsSecretsManager: { owner: /^\d{12}$/, account: "an account, 12 digits", reader: ROLE, who: "the ARN of a role" },
  googleSecretManager: {
    ...{ owner: /^[a-z][a-z0-9:.-]{4,60}[a-z0-9]$/, account: "the id of a project" },
    ...{ reader: /^[\w.+-]+@[\w.-]+\.gserviceaccount\.com$/, who: "a service account's e-mail" },
  },
  azureKeyVault: {
    owner: GUID,
    account: "the id of a subscription",
    reader: GUID,
    who: "the object id of an identity",
  },
} as const;

const PROVIDERS = { awsSecretsManager: "aws", googleSecretManager: "gcp", azureKeyVault: "azure" } as const;

/** How material reaches the sites. */
export function checkDelivery(spec: Draft<FleetSpec>, sites: readonly DraftSite[], report: Report): void {
  const path = ["trust", "delivery", "store"];
  const delivery: Draft<DeliverySpec> | undefined = spec.trust?.delivery;
  const store = delivery?.store;
  if (delivery?.by === "stackReference" && store !== undefined) {
    report(path, `is only for delivery by "secretStore": remove it, or set by.`);
  }
  if (delivery?.by === "secretStore" && store === undefined)
    report(path, "is missing: say where each site's secret is.");
  if (store === undefined) return;
  checkFields(store, path, report);
  const names = sites.flatMap(({ site }) => site.name ?? []);
  const readers = Object.entries(store.readers ?? {});
  for (const name of names.filter((one) => !readers.some(([site]) => site === one))) {
    report([...path, "readers", name], `is missing: nobody could read the entry of site ${show(name)}.`);
  }
  for (const [site, reader] of readers) {
    checkReader(store, reader, [...path, "readers", site], report);
    if (!names.includes(site)) report([...path, "readers", site], `names no site; the sites are ${oneOf(names)}.`);
    const first = readers.find(([, other]) => other === reader)?.[0];
    if (first !== site) {
      report(
        [...path, "readers", site],
        `is ${show(reader)}, which reads ${first}'s entry too: give each site an identity of its own.`,
      );
    }
  }
  if (store.kind === undefined || store.region === undefined) return;
  checkOutside({ provider: PROVIDERS[store.kind], region: store.region }, spec, sites, [...path, "region"], report);
}

function checkFields(store: Store, path: Path, report: Report): void {
  const { kind } = store;
  if (kind === undefined) return;
  const own: { readonly [field: string]: string } = FIELDS[kind];
  for (const field of OWN_FIELDS) {
    if (own[field] !== undefined && store[field] === undefined) report([...path, field], `is missing: ${own[field]}.`);
    if (own[field] === undefined && store[field] !== undefined) {
      report([...path, field], `is not for a store of kind ${show(kind)}: remove it.`);
    }
  }
  const { owner, account } = FORMS[kind];
  if (store.owner !== undefined && !owner.test(store.owner)) {
    report([...path, "owner"], `is ${show(store.owner)}: give ${account}.`);
  }
  if (kind === "awsSecretsManager" && store.writer !== undefined && !ROLE.test(store.writer)) {
    report([...path, "writer"], `is ${show(store.writer)}: give the ARN of a role.`);
  }
}

function checkReader({ kind, writer }: Store, reader: string | undefined, path: Path, report: Report): void {
  if (kind === undefined || reader === undefined) return;
  const { reader: form, who } = FORMS[kind];
  if (!form.test(reader)) report(path, `is ${show(reader)}: give ${who}.`);
  else if (reader === writer) {
    report(path, "is the writer of all entries: give the site an identity that reads its own only.");
  }
}
