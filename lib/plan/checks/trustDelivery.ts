import type { FleetSpec } from "../spec";
import type { DeliverySpec } from "../trust/spec";
import { checkOutside } from "./outside";
import type { DraftSite } from "./sites";
import type { Draft } from "./structure";
import { oneOf, type Report, show } from "./wording";

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
  if (store.kind === "azureKeyVault" && store.vault === undefined) {
    report([...path, "vault"], "is missing: give the name of the key vault.");
  }
  const names = sites.flatMap(({ site }) => site.name ?? []);
  const readers = Object.entries(store.readers ?? {});
  for (const name of names.filter((one) => !readers.some(([site]) => site === one))) {
    report([...path, "readers", name], `is missing: nobody could read the entry of site ${show(name)}.`);
  }
  for (const [site, reader] of readers) {
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
