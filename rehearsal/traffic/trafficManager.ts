import { bareName } from "../dnsNames";
import type { ResourceView } from "../engine";
import {
  type Answer,
  type Authority,
  byWeight,
  type Client,
  type Health,
  type Known,
  rememberedHealth,
} from "./asking";
import { nearestTo, placeOf } from "./distance";
import { list, number, text } from "./fields";

interface Endpoint {
  readonly target: string | undefined;
  /** Id of the profile that it nests, in lower case. */
  readonly nested: string | undefined;
  readonly least: number;
  readonly isEnabled: boolean;
  readonly priority: number;
  readonly weight: number;
  readonly location: string | undefined;
}

interface Profile {
  readonly method: string;
  readonly ttlSeconds: number;
  readonly endpoints: readonly Endpoint[];
}

/**
 * Azure DNS and Traffic Manager's own rules. Source: "Traffic Manager routing methods", "Nested Traffic Manager profiles",
 * "Traffic Manager endpoint monitoring": a nested endpoint is online while enough of its child's endpoints are; when all
 * endpoints of a profile are degraded, all are taken to be online.
 */
export function trafficManagerAuthority(resources: readonly ResourceView[]): Authority {
  const profiles = new Map<string, Profile>();
  const byLabel = new Map<string, Profile>();
  const names = new Map<string, { readonly target: string; readonly ttlSeconds: number }>();
  const addresses = new Map<string, Answer>();
  for (const { type, id, inputs } of resources) {
    if (type === "azure-native:trafficmanager:Profile") {
      const profile = readProfile(inputs);
      profiles.set((id ?? "").toLowerCase(), profile);
      byLabel.set(`${text(inputs, "dnsConfig.relativeName")}.trafficmanager.net`, profile);
    }
    if (type !== "azure-native:dns:RecordSet") continue;
    const name = bareName(`${text(inputs, "relativeRecordSetName")}.${text(inputs, "zoneName")}`);
    const ttlSeconds = number(inputs, "ttl") ?? 3600;
    const target = text(inputs, "cnameRecord.cname");
    if (target !== undefined) names.set(name, { target: bareName(target), ttlSeconds });
    const own = list(inputs, "aRecords").flatMap((one) => text(one, "ipv4Address") ?? []);
    if (own.length > 0) addresses.set(name, { addresses: own, ttlSeconds });
  }
  const remembered = rememberedHealth();
  const answer = (name: string, client: Client, health: Health): Answer | undefined => {
    const alias = names.get(bareName(name));
    const profile = byLabel.get(alias?.target ?? bareName(name));
    if (profile === undefined) return addresses.get(bareName(name)) ?? elsewhere(alias);
    const address = new Asked(profiles, client, health, remembered(health)).resolve(profile);
    const ttlSeconds = Math.min(profile.ttlSeconds, alias?.ttlSeconds ?? Number.POSITIVE_INFINITY);
    return { addresses: address === undefined ? [] : [address], ttlSeconds };
  };
  return { service: "trafficManager", answer };
}

/** What a name leads to that no profile has: nothing below Traffic Manager's own, else a name of another zone. */
function elsewhere(alias: { readonly target: string; readonly ttlSeconds: number } | undefined): Answer | undefined {
  if (alias === undefined || alias.target.endsWith(".trafficmanager.net")) return undefined;
  return { addresses: [alias.target], ttlSeconds: alias.ttlSeconds };
}

function readProfile(inputs: unknown): Profile {
  return {
    method: text(inputs, "trafficRoutingMethod") ?? "",
    ttlSeconds: number(inputs, "dnsConfig.ttl") ?? 60,
    endpoints: list(inputs, "endpoints").map((one) => ({
      target: text(one, "target"),
      nested: text(one, "targetResourceId")?.toLowerCase(),
      least: number(one, "minChildEndpoints") ?? 1,
      isEnabled: text(one, "endpointStatus") !== "Disabled",
      priority: number(one, "priority") ?? Number.POSITIVE_INFINITY,
      weight: number(one, "weight") ?? 1,
      location: text(one, "endpointLocation"),
    })),
  };
}

/** One question. */
class Asked {
  constructor(
    private readonly profiles: ReadonlyMap<string, Profile>,
    private readonly client: Client,
    private readonly health: Health,
    private readonly known: Known,
  ) {}

  resolve(profile: Profile): string | undefined {
    const enabled = profile.endpoints.filter((one) => one.isEnabled);
    const online = enabled.filter((one) => this.isOnline(one));
    const chosen = this.choose(profile.method, online.length > 0 ? online : enabled);
    if (chosen?.nested === undefined) return chosen?.target;
    const child = this.profiles.get(chosen.nested);
    return child && this.resolve(child);
  }

  private choose(method: string, among: readonly Endpoint[]): Endpoint | undefined {
    switch (method) {
      case "Priority":
        return [...among].sort((a, b) => a.priority - b.priority)[0];
      case "Weighted":
        return byWeight(among, ({ weight }) => weight, this.client);
      case "Performance": {
        const nearest = nearestTo(among, ({ location }) => placeOf("azure", location), this.client);
        // Several endpoints of one region share its users alike.
        return byWeight(
          among.filter(({ location }) => location === nearest?.location),
          () => 1,
          this.client,
        );
      }
      default:
        return undefined;
    }
  }

  private isOnline(endpoint: Endpoint): boolean {
    return this.known(endpoint, () => this.ask(endpoint));
  }

  private ask({ target, nested, least }: Endpoint): boolean {
    if (nested === undefined) return this.health(target ?? "");
    const children = this.profiles.get(nested)?.endpoints.filter((one) => one.isEnabled) ?? [];
    return children.filter((one) => this.isOnline(one)).length >= least;
  }
}
