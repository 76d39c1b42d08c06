import { at, objects, shown, text } from "../props";
import type { JudgedResource, TrustRule } from "./trustRule";

/** Where a team keeps the state of its stacks, which no program can see. */
export interface StateSettings {
  /** Region of the bucket or service that holds the state. */
  readonly stateRegion?: string;
  /** Region of the key that encrypts it. */
  readonly keyRegion?: string;
  /** Who runs what holds the state: `aws`, `gcp`, `azure`, or another. */
  readonly stateProvider?: string;
  /** Who runs what holds the key. */
  readonly keyProvider?: string;
}

const TEXT = { type: "string", minLength: 1 } as const;
const FLEET = "multisite:index:Fleet";

/** State that is lost with a site is lost when it is needed. */
export const stateOutsideSites: TrustRule = {
  name: "tr-006-state-outside-sites",
  displayName: "State and its key outlive every site",
  description: "Neither the state nor the key that encrypts it is in the fault domain of a site.",
  level: "mandatory",
  severity: "high",
  remediation: "Move the state or its key to where no site is.",
  types: [FLEET, "multisite:index:Trust"],
  configSchema: {
    properties: {
      stateRegion: { ...TEXT, description: "Region of the bucket or service that holds the state." },
      keyRegion: { ...TEXT, description: "Region of the key that encrypts it." },
      stateProvider: { ...TEXT, description: "Who runs what holds the state: aws, gcp, azure, or another." },
      keyProvider: { ...TEXT, description: "Who runs what holds the key." },
    },
  },
  judge: ({ type, props, settings }) => {
    const { stateRegion, keyRegion, stateProvider, keyProvider } = settings as StateSettings;
    const { level, sites } = declared(type, props);
    return [
      ...unsaid(level, "stateProvider", stateRegion, stateProvider),
      ...unsaid(level, "keyProvider", keyRegion, keyProvider),
      ...sites.flatMap((site) => [
        ...inside("The state is", stateRegion, stateProvider, site, level),
        ...inside("The key that encrypts the state is", keyRegion, keyProvider, site, level),
      ]),
    ];
  },
};

interface Declared {
  readonly level: unknown;
  readonly sites: readonly { readonly name: unknown; readonly region: unknown; readonly provider: unknown }[];
}

const PROVIDERS: { readonly [kind: string]: string } = { eks: "aws", gke: "gcp", aks: "azure" };

function declared(type: string, props: JudgedResource["props"]): Declared {
  const from = type === FLEET ? props.spec : props.plan;
  const all = objects(at(from, "sites")).map((site) => ({
    name: type === FLEET ? site.name : site.site,
    region: site.region,
    provider: site.provider ?? PROVIDERS[text(site.kind)],
  }));
  return { level: at(from, "faultDomain"), sites: all };
}

function unsaid(level: unknown, setting: string, region: string | undefined, provider: string | undefined): string[] {
  return level === "provider" && region !== undefined && provider === undefined
    ? [`The fleet's fault domain is a provider, and ${setting} is not set: say who runs what is in ${region}.`]
    : [];
}

function inside(
  what: string,
  region: string | undefined,
  provider: string | undefined,
  site: Declared["sites"][number],
  level: unknown,
): string[] {
  const must = `of site ${shown(site.name)}, whose loss it must survive.`;
  if (level === "provider" && provider !== undefined && provider === site.provider) {
    return [`${what} at ${provider}, the provider ${must}`];
  }
  return region !== undefined && site.region === region ? [`${what} in ${region}, the region ${must}`] : [];
}
