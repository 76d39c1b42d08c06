import type { SitePlan } from "./plan";
import { supportedUntil } from "./versions";

/** Days after which a measurement is reported: machines, images and DaemonSets change meanwhile. */
const STALE_DAYS = 365;

/**
 * Facts of a plan that have aged: measurements of more than a year ago, measurements of the future, and Kubernetes
 * versions past the cloud's standard support. Empty without a day to compare with.
 */
export function staleNotes(sites: readonly SitePlan[], today: string | undefined): string[] {
  if (today === undefined) return [];
  return sites.flatMap((site) => [
    ...measurements(site).flatMap((one) => age(site, one, today)),
    ...support(site, today),
  ]);
}

interface Measurement {
  readonly what: string;
  readonly verifiedAt: string;
}

function measurements(site: SitePlan): Measurement[] {
  if (site.spec.kind === "existing") return [{ what: "allocatable", verifiedAt: site.spec.allocatable.verifiedAt }];
  return site.pools.flatMap(({ name, spec }) =>
    spec.allocatable === undefined
      ? []
      : [{ what: `allocatable of pool ${name}`, verifiedAt: spec.allocatable.verifiedAt }],
  );
}

function age(site: SitePlan, { what, verifiedAt }: Measurement, today: string): string[] {
  const days = (Date.parse(today) - Date.parse(verifiedAt)) / 86_400_000;
  if (days < 0) return [`Site ${site.name}: ${what} is dated ${verifiedAt}, after today (${today}): correct the date.`];
  if (days <= STALE_DAYS) return [];
  return [`Site ${site.name}: ${what} was measured on ${verifiedAt}, ${Math.floor(days)} days ago: measure it again.`];
}

function support(site: SitePlan, today: string): string[] {
  if (site.kind === "existing" || site.kubernetesVersion === undefined) return [];
  const until = supportedUntil(site.kind, site.kubernetesVersion);
  if (until === undefined || until >= today) return [];
  const version = `Kubernetes ${site.kubernetesVersion}`;
  return [`Site ${site.name}: ${version} left ${site.kind.toUpperCase()}'s standard support on ${until}: upgrade it.`];
}
