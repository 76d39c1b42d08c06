import { type CloudProvider, isCloud, providerOfKind } from "../faultDomains";
import type { FleetSpec } from "../spec";
import type { DraftSite } from "./sites";
import type { Draft } from "./structure";
import { type Path, type Report, show } from "./wording";

/** Where something is that must outlive every site. */
export interface OutsidePlace {
  readonly provider: CloudProvider;
  readonly region: string;
}

/** Reports the sites that would be lost together with a place: those of its region, or of its provider where that is the domain. */
export function checkOutside(
  { provider, region }: OutsidePlace,
  spec: Draft<FleetSpec>,
  sites: readonly DraftSite[],
  path: Path,
  report: Report,
): void {
  for (const { site } of sites) {
    const own = providerOfDraft(site);
    if (spec.faultDomain === "provider" && own === provider) {
      report(
        path,
        `is at ${show(provider)}, the provider of site ${show(site.name)}, whose loss it must survive (faultDomain is ` +
          `"provider"): choose another provider.`,
      );
    } else if (sameRegion(site.region, region) && (own === provider || own === undefined || !isCloud(own))) {
      report(
        path,
        `is ${show(region)}, the region of site ${show(site.name)}, whose loss it must survive: choose another.`,
      );
    }
  }
}

function providerOfDraft(site: DraftSite["site"]): string | undefined {
  if (site.kind === undefined) return undefined;
  return site.kind === "existing" ? (site as { provider?: string }).provider : providerOfKind(site.kind);
}

/** "West Europe" and "westeurope" are one region. */
function sameRegion(one: string | undefined, other: string): boolean {
  const plain = (region: string) => region.toLowerCase().replaceAll(" ", "");
  return one !== undefined && plain(one) === plain(other);
}
