import { seeded } from "../../../lib/plan/seeded";
import type { Authority, Client, Health } from "../../traffic";
import type { Person } from "../../traffic/people";

/** A DNS service, with what it believes of the sites by now. */
export interface Watching {
  readonly authority: Authority;
  readonly health: () => Health;
}

/** One user with a resolver of its own, which keeps answers for as long as they may be kept. */
export class User {
  private addresses: readonly string[] = [];
  private until = Number.NEGATIVE_INFINITY;
  readonly client: Client;
  /** Second of the next request. */
  due: number;

  constructor(
    { latitude, longitude, seed }: Person,
    private readonly everySeconds: number,
  ) {
    this.client = { latitude, longitude, chance: seeded(seed) };
    this.due = Math.floor(this.client.chance() * everySeconds);
  }

  /**
   * The addresses to try for a request at this second, in the order in which this user does: those that it was told last,
   * or, when they are too old, what any one of the services says now.
   */
  request(domain: string, second: number, services: readonly Watching[]): readonly string[] {
    this.due = second + this.everySeconds;
    if (second < this.until) return this.addresses;
    const service = services[Math.floor(this.client.chance() * services.length)];
    const answer = service?.authority.answer(domain, this.client, service.health());
    const { addresses = [], ttlSeconds = 0 } = answer ?? {};
    const first = Math.floor(this.client.chance() * addresses.length);
    this.addresses = [...addresses.slice(first), ...addresses.slice(0, first)];
    this.until = second + ttlSeconds;
    return this.addresses;
  }
}
