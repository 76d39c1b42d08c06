import * as pulumi from "@pulumi/pulumi";
import type { ClusterKind } from "./clusters/cluster";
import { gatewayProblems } from "./gateway/arguments";
import { meshProblems } from "./mesh/arguments";
import type { LeafPair, MeshCredentials } from "./mesh/credentials";
import { planOrProblems } from "./plan/fleetPlan";
import type { FleetPlan } from "./plan/plan";
import { type Problem, SpecError } from "./plan/problems";
import type { DnsService, FrontService } from "./plan/routing/spec";
import type { FleetSpec, SiteKind } from "./plan/spec";
import { randomIdProblems } from "./traffic/challenges/randomIds";
import type { AnyTrafficFront, AnyTrafficService } from "./traffic/globalEndpoint";
import { sourceProblems, trustProblems } from "./trust/arguments";
import type { TrustSource } from "./trust/material";
import type { HubProviders } from "./underlay/hubs";
import { underlayProblems } from "./underlay/problems";

/** What a fleet is made of: its spec, and what cannot be written as plain data. */
export interface FleetArgs {
  /** The fleet, as plain data. The only part that is sent to the engine and seen by policies. */
  spec: FleetSpec;

  /**
   * The kinds of clusters in `spec.sites`, each from the entry of its cloud: a program imports only the SDKs it uses.
   * `[eks]`, `[eks, gke, aks, existing]`.
   */
  kinds: readonly ClusterKind[];

  /**
   * The DNS services in `spec.traffic.providers` and its `front`, each from the entry of its cloud: `[route53, cloudDns]`.
   * @default []
   */
  services?: readonly (AnyTrafficService | AnyTrafficFront)[];

  /**
   * Kubeconfigs of the sites of kind `existing`, by site: the text, whose current context counts, or the path of a file. Two sites
   * may not be one cluster. They become secrets. @default {}
   */
  kubeconfigs?: { readonly [site: string]: pulumi.Input<string> };

  /**
   * Providers to use in place of those that sites make for themselves, by site: the provider of the site's cloud, for the
   * site's account and region. @default {}
   */
  providers?: { readonly [site: string]: pulumi.ProviderResource };

  /**
   * What sites prove themselves with in the mesh, by site, with `spec.mesh`: one certificate authority's for all of them.
   * @default those of `trust`
   */
  meshCredentials?: { readonly [site: string]: MeshCredentials };

  /**
   * Certificates for the domain of `spec.traffic` and their keys, by site, where its gateway has them given: each with its
   * intermediates after it, in PEM. Keys become secrets. @default none
   */
  publicCertificates?: { readonly [site: string]: LeafPair };

  /**
   * Where the trust of `spec.trust` comes from: `builtTrust()` from "pulumi-multisite/trust" makes it in this program,
   * `deliveredTrust(...)` reads what a trust stack left. @default none, where the spec has no trust
   */
  trust?: TrustSource;

  /**
   * What the keys derive from of VPN tunnels that no cloud makes keys for, between Google Cloud and Azure: 32 characters or
   * more that nobody can guess, such as the PEM of a `tls.PrivateKey`. It becomes a secret. Required where there is such a link.
   */
  tunnelSecret?: pulumi.Input<string>;

  /**
   * Providers to use in place of those that hubs make for themselves, by cloud: for the account, project or subscription
   * of `spec.underlay.hubOwners`. @default {}
   */
  hubProviders?: HubProviders;

  /**
   * True where the links are made by stacks of their own (`LinkStack`): the fleet makes only what is in the sites, and
   * leaves `linkEnds` for those stacks to read. @default false
   */
  isLinkedElsewhere?: boolean;
}

/**
 * The plan of a fleet.
 * @throws pulumi.RunError that lists every problem of spec and arguments. Its kind has the CLI print the message alone,
 *   without a stack trace.
 */
export function planFleet(name: string, args: FleetArgs): FleetPlan {
  const problems: Problem[] = [];
  // Programs in JavaScript may give nothing at all: its spec is what is missing.
  const given: Partial<FleetArgs> = args ?? {};
  const plan = planOrProblems(given.spec, problems);
  problems.push(...argumentProblems(given));
  if (plan)
    problems.push(
      ...underlayProblems(plan, given),
      ...gatewayProblems(plan, given.publicCertificates),
      ...randomIdProblems(plan),
      ...sourceProblems(plan.trust, given.trust),
    );
  if (plan && problems.length === 0) return plan;
  throw new pulumi.RunError(`Fleet "${name}" cannot be built. ${new SpecError(problems).message}`);
}

/** The import that brings a kind. */
const IMPORTS: Readonly<Record<SiteKind, string>> = {
  eks: 'import { eks } from "pulumi-multisite/aws"',
  gke: 'import { gke } from "pulumi-multisite/gcp"',
  aks: 'import { aks } from "pulumi-multisite/azure"',
  existing: 'import { existing } from "pulumi-multisite"',
};

/** What is wrong with the arguments beside the spec, for the sites that can be made out in it. */
function argumentProblems(given: Partial<FleetArgs>): Problem[] {
  const { spec, kinds, kubeconfigs, providers, services, meshCredentials, trust } = given;
  const sites = recognisableSites(spec);
  return [
    ...kindProblems(kinds, sites),
    ...serviceProblems(services, spec),
    ...kubeconfigProblems(kubeconfigs, sites),
    ...providerProblems(providers, kinds, sites),
    ...hubProviderProblems(given.hubProviders),
    ...meshProblems(spec, meshCredentials, trust !== undefined),
    ...trustProblems(spec, trust),
  ];
}

interface RecognisableSite {
  readonly name: string;
  readonly kind: SiteKind;
}

/** Sites with a name and a known kind, in a spec that may be anything: what else is wrong there, its own check says. */
function recognisableSites(spec: unknown): RecognisableSite[] {
  try {
    const { sites } = spec as { sites: Iterable<RecognisableSite> };
    return [...sites].filter(({ name, kind }) => typeof name === "string" && Object.hasOwn(IMPORTS, kind));
  } catch {
    return [];
  }
}

function kindProblems(kinds: unknown, sites: readonly RecognisableSite[]): Problem[] {
  if (!Array.isArray(kinds)) {
    return [
      {
        path: "kinds",
        message: `must be a list of kinds of clusters, such as [eks], got a value of type ${typeof kinds}`,
      },
    ];
  }
  const given: readonly string[] = kinds.map((kind: Partial<ClusterKind> | undefined) => String(kind?.kind));
  const missing = new Set(sites.map(({ kind }) => kind).filter((kind) => !given.includes(kind)));
  return [...missing].map((kind) => ({
    path: "kinds",
    message:
      `has no "${kind}", which ${list(sites.filter((site) => site.kind === kind))} needs ` +
      `(given: ${given.join(", ") || "none"}): ${IMPORTS[kind]}, and add ${kind} to kinds`,
  }));
}

/** The import that brings a DNS service or a front. */
const SERVICE_IMPORTS: Readonly<Record<DnsService | FrontService, string>> = {
  route53: 'import { route53 } from "pulumi-multisite/aws"',
  cloudDns: 'import { cloudDns } from "pulumi-multisite/gcp"',
  trafficManager: 'import { trafficManager } from "pulumi-multisite/azure"',
  globalAccelerator: 'import { globalAccelerator } from "pulumi-multisite/aws"',
  globalLoadBalancer: 'import { globalLoadBalancer } from "pulumi-multisite/gcp"',
  frontDoor: 'import { frontDoor } from "pulumi-multisite/azure"',
};

function serviceProblems(services: FleetArgs["services"], spec: unknown): Problem[] {
  const given = (Array.isArray(services) ? services : []).map((one: Partial<AnyTrafficService>) => one?.service);
  const traffic = (spec as Partial<FleetSpec> | undefined)?.traffic;
  const wanted = traffic?.providers;
  const named = [...(Array.isArray(wanted) ? wanted : []), traffic?.front].flatMap((one) =>
    typeof one?.service === "string" && Object.hasOwn(SERVICE_IMPORTS, one.service) ? [one.service] : [],
  );
  const missing = [...new Set(named)].filter((service) => !given.includes(service));
  return missing.map((service) => ({
    path: "services",
    message:
      `has no "${service}", which spec.traffic needs (given: ${given.join(", ") || "none"}): ` +
      `${SERVICE_IMPORTS[service]}, and add ${service} to services`,
  }));
}

function list(sites: readonly RecognisableSite[]): string {
  return `${sites.length === 1 ? "site" : "each of the sites"} ${sites.map(({ name }) => `"${name}"`).join(", ")}`;
}

function kubeconfigProblems(given: Partial<FleetArgs>["kubeconfigs"], sites: readonly RecognisableSite[]): Problem[] {
  const wrong = notBySite("kubeconfigs", given, 'munich: config.requireSecret("munich-kubeconfig")');
  if (wrong.length > 0) return wrong;
  const wanted = sites.filter(({ kind }) => kind === "existing").map(({ name }) => name);
  const missing = wanted.filter((name) => !Object.hasOwn(given ?? {}, name) || given?.[name] === undefined);
  return [
    ...missing.map((name) => ({
      path: `kubeconfigs.${name}`,
      message: `is missing: site "${name}" exists already, so its kubeconfig must be given, as a secret: config.requireSecret("${name}-kubeconfig")`,
    })),
    ...unknownSites("kubeconfigs", given, wanted, "sites of kind existing"),
  ];
}

function providerProblems(
  providers: Partial<FleetArgs>["providers"],
  kinds: unknown,
  sites: readonly RecognisableSite[],
): Problem[] {
  const misgiven = notBySite("providers", providers, 'frankfurt: new aws.Provider("frankfurt", { ... })');
  if (misgiven.length > 0) return misgiven;
  const built = sites.filter(({ kind }) => kind !== "existing");
  const wrong = built.flatMap(({ name, kind }) => {
    const provider = Object.hasOwn(providers ?? {}, name) ? providers?.[name] : undefined;
    const wanted = Array.isArray(kinds) ? kinds.find((one: ClusterKind) => one?.kind === kind)?.package : undefined;
    if (provider === undefined || wanted === undefined) return [];
    const got = packageOf(provider);
    if (got === wanted) return [];
    return [
      {
        path: `providers.${name}`,
        message: `must be a provider of package ${wanted}, which builds site "${name}", got ${got}`,
      },
    ];
  });
  const names = built.map(({ name }) => name);
  return [...wrong, ...unknownSites("providers", providers, names, "sites that this library builds")];
}

/** The package of the provider that builds hubs of a cloud. */
const HUB_PACKAGES: Readonly<Record<string, string>> = { aws: "aws", gcp: "gcp", azure: "azure-native" };

function hubProviderProblems(given: Partial<FleetArgs>["hubProviders"]): Problem[] {
  return Object.entries(given ?? {}).flatMap(([cloud, provider]) => {
    const path = `hubProviders.${cloud}`;
    const wanted = Object.hasOwn(HUB_PACKAGES, cloud) ? HUB_PACKAGES[cloud] : undefined;
    if (wanted === undefined)
      return [{ path, message: "names none of the clouds (aws, gcp, azure): remove it, or correct the name" }];
    const got = provider === undefined ? wanted : packageOf(provider);
    return got === wanted ? [] : [{ path, message: `must be a provider of package ${wanted}, got ${got}` }];
  });
}

/** The package of a provider resource: the last part of its type, `pulumi:providers:aws`. */
function packageOf(provider: unknown): string {
  if (!pulumi.ProviderResource.isInstance(provider)) return `a value of type ${typeof provider}`;
  return (provider as unknown as { __pulumiType: string }).__pulumiType.split(":").at(-1) ?? "";
}

/** What is given for each site is an object by site, whose names are plain. @param example an entry of it */
function notBySite(path: string, given: unknown, example: string): Problem[] {
  if (given === undefined || given === null) return [];
  const isOutput = pulumi.Output.isInstance(given);
  if (typeof given === "object" && !Array.isArray(given) && !isOutput) return [];
  const got = isOutput ? "an Output" : Array.isArray(given) ? "a list" : `a value of type ${typeof given}`;
  return [{ path, message: `must be a plain object by site, such as { ${example} }, got ${got}` }];
}

function unknownSites(path: string, given: object | undefined, known: readonly string[], what: string): Problem[] {
  return Object.keys(given ?? {})
    .filter((name) => !known.includes(name))
    .map((name) => ({
      path: `${path}.${name}`,
      message: `names none of the ${what} (${known.join(", ") || "there are none"}): remove it, or correct the name`,
    }));
}
