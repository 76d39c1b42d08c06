import type { SitePlan } from "./plan";
import { supportedUntil } from "./versions";

/** Days after which a measurement is reported: machines, images and DaemonSets change meanwhile. */
const STALE_DAYS = 365;

/** Days that a measurement may be ahead of today: where it was taken it may be tomorrow already. */
const DAYS_AHEAD = 1;

/**
 * Why a measurement is not to be relied on, to follow its name: `was measured on 2024-11-20, 730 days ago: measure it again`.
 * Undefined for one of the last 365 days, or dated a day ahead.
 * @param verifiedAt its day, `YYYY-MM-DD`; one that cannot be read proves nothing
 * @param today the day of the run, `YYYY-MM-DD`
 */
export function measurementProblem(verifiedAt: string, today: string): string | undefined {
  const days = (Date.parse(today) - Date.parse(verifiedAt)) / 86_400_000;
  if (Number.isNaN(days)) return `is dated "${verifiedAt}", which is no day: give YYYY-MM-DD`;
  if (days < -DAYS_AHEAD) return `is dated ${verifiedAt}, after today (${today}): correct the date`;
  if (days <= STALE_DAYS) return undefined;
  return `was measured on ${verifiedAt}, ${Math.floor(days)} days ago: measure it again`;
}

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
  const problem = measurementProblem(verifiedAt, today);
  return problem === undefined ? [] : [`Site ${site.name}: ${what} ${problem}.`];
}

function support(site: SitePlan, today: string): string[] {
  if (site.kind === "existing" || site.kubernetesVersion === undefined) return [];
  const until = supportedUntil(site.kind, site.kubernetesVersion);
  if (until === undefined || until >= today) return [];
  const version = `Kubernetes ${site.kubernetesVersion}`;
  return [`Site ${site.name}: ${version} left ${site.kind.toUpperCase()}'s standard support on ${until}: upgrade it.`];
}
