import type { TrustRule } from "./trustRule";

/** Where a team keeps the state of its stacks, which no program can see. */
export interface StateSettings {
  /** Region of the bucket or service that holds the state. */
  readonly stateRegion?: string;
  /** Region of the key that encrypts it. */
  readonly keyRegion?: string;
}

const REGION = { type: "string", minLength: 1 } as const;

/** State that is lost with a site is lost when it is needed. */
export const stateOutsideSites: TrustRule = {
  name: "tr-006-state-outside-sites",
  displayName: "State and its key outlive every site",
  description: "Neither the state nor the key that encrypts it is in the region of a site.",
  level: "mandatory",
  severity: "high",
  remediation: "Move the state or its key to a region without a site.",
  types: ["multisite:index:Fleet"],
  configSchema: {
    properties: {
      stateRegion: { ...REGION, description: "Region of the bucket or service that holds the state." },
      keyRegion: { ...REGION, description: "Region of the key that encrypts it." },
    },
  },
  judge: ({ props, settings }) => {
    const { stateRegion, keyRegion } = settings as StateSettings;
    const sites = (props.spec as { readonly sites?: unknown } | undefined)?.sites;
    return (Array.isArray(sites) ? sites : []).flatMap((site: { name?: unknown; region?: unknown } | null) => [
      ...inside("The state is", stateRegion, site),
      ...inside("The key that encrypts the state is", keyRegion, site),
    ]);
  },
};

function inside(what: string, region: string | undefined, site: { name?: unknown; region?: unknown } | null): string[] {
  if (region === undefined || site?.region !== region) return [];
  return [`${what} in ${region}, the region of site ${String(site.name)}, whose loss it must survive.`];
}
