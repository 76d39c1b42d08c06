/** Who asks, and from where. */
export interface Client {
  /** Degrees. */
  readonly latitude: number;
  readonly longitude: number;
  /** A number from 0 to below 1, another at every call: what a service or a client decides by chance. */
  chance(): number;
}

/**
 * Whether an address answers its health check, as far as the service that asks can tell by now. One function says the same
 * for as long as it lives: a change of health is another function.
 */
export type Health = (address: string) => boolean;

/** What a service says of a name. */
export interface Answer {
  /** Or one name that another zone holds. Empty where it knows none. */
  readonly addresses: readonly string[];
  /** How long the answer may be kept: the least of all records on the way. */
  readonly ttlSeconds: number;
}

/** One authoritative DNS service, with the records that a program gave it. */
export interface Authority {
  readonly service: "route53" | "cloudDns" | "trafficManager";
  /** Undefined for a name that it has no record of. */
  answer(name: string, client: Client, health: Health): Answer | undefined;
}

/** One of several, by weight. Undefined where there is none. */
export function byWeight<T>(of: readonly T[], weight: (one: T) => number, client: Client): T | undefined {
  const all = of.reduce((sum, one) => sum + weight(one), 0);
  let at = client.chance() * all;
  for (const one of of) {
    at -= weight(one);
    if (at < 0) return one;
  }
  return of.at(-1);
}

/** What is healthy by one {@link Health}, each asked once. */
export type Known = (thing: object, ask: () => boolean) => boolean;

/** Remembers, for as long as a {@link Health} is in use, what it said of each thing: many clients ask the same. */
export function rememberedHealth(): (health: Health) => Known {
  const all = new WeakMap<Health, Map<object, boolean>>();
  return (health) => {
    const known = all.get(health) ?? new Map<object, boolean>();
    all.set(health, known);
    return (thing, ask) => {
      const said = known.get(thing) ?? ask();
      known.set(thing, said);
      return said;
    };
  };
}
