import { seeded } from "../../lib/plan/seeded";
import type { Answer, Authority, Client, Health } from "../../rehearsal/traffic";
import type { Person } from "../../rehearsal/traffic/people";

export { seeded } from "../../lib/plan/seeded";
export { type Person, people } from "../../rehearsal/traffic/people";

/** A person who asks. Chances begin anew, so that what differs between two measurements is not chance. */
export function asking({ latitude, longitude, seed }: Person): Client {
  return { latitude, longitude, chance: seeded(seed) };
}

/** The address that a client goes to: any one of those that it is given. */
export function choice(answer: Answer | undefined, client: Client): string {
  const addresses = answer?.addresses ?? [];
  return addresses[Math.floor(client.chance() * addresses.length)] ?? "";
}

/** Where each client goes, as parts of all clients, by what `siteOf` calls the address. */
export function measured(
  authority: Authority,
  name: string,
  population: readonly Person[],
  health: Health,
  siteOf: (address: string) => string,
): Map<string, number> {
  const parts = new Map<string, number>();
  for (const person of population) {
    const client = asking(person);
    const site = siteOf(choice(authority.answer(name, client, health), client));
    parts.set(site, (parts.get(site) ?? 0) + 1 / population.length);
  }
  return parts;
}
