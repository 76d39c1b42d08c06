import { createSocket } from "node:dgram";
import type { Resolver } from "node:dns/promises";
import { type Answer, decode, encode } from "dns-packet";
import { bareName } from "../dnsNames";

/** Where name servers listen. */
const DNS_PORT = 53;

/** How long one of them is waited for; another one is asked after it. */
const PATIENCE_MILLISECONDS = 3000;

/** Servers of a parent zone that are asked until one answers. */
const MOST_ASKED = 4;

/**
 * The name servers that the zone above has for a zone: what the registrar was told. A resolver may say what the zone says of
 * itself instead, which lists all of them whoever is delegated to (RFC 1034, 4.2.1; RFC 2181, 5.4.1).
 * @param port where the servers of the zone above listen
 * @returns undefined when none of them can be asked, as where only a resolver may be
 */
export async function delegatedTo(zone: string, resolver: Resolver, port = DNS_PORT): Promise<string[] | undefined> {
  for (const address of (await serversAbove(zone, resolver)).slice(0, MOST_ASKED)) {
    const found = await referral(zone, address, port);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Addresses of the servers of the nearest zone above. */
async function serversAbove(zone: string, resolver: Resolver): Promise<string[]> {
  const labels = bareName(zone).split(".");
  for (let cut = 1; cut < labels.length; cut++) {
    const names = await resolver.resolveNs(labels.slice(cut).join(".")).catch(() => []);
    if (names.length === 0) continue;
    const each = await Promise.all(names.slice(0, MOST_ASKED).map((name) => resolver.resolve4(name).catch(() => [])));
    return each.flat();
  }
  return [];
}

/** What one server has for the zone: as an answer, or as the referral that it gives to who asks it for more. */
function referral(zone: string, address: string, port: number): Promise<string[] | undefined> {
  const id = Math.floor(Math.random() * 65_536);
  const question = encode({ id, type: "query", flags: 0, questions: [{ type: "NS", name: zone }] });
  const socket = createSocket("udp4");
  return new Promise((resolve) => {
    const end = (found: string[] | undefined) => {
      clearTimeout(timer);
      socket.close();
      resolve(found);
    };
    const timer = setTimeout(() => end(undefined), PATIENCE_MILLISECONDS);
    socket.once("error", () => end(undefined));
    // Only what this server sends is heard of a connected socket.
    socket.connect(port, address, () => socket.send(question));
    socket.on("message", (message) => {
      const reply = read(message);
      if (reply?.id === id) end(namesOf(zone, reply));
    });
  });
}

function read(message: Buffer) {
  try {
    return decode(message);
  } catch {
    return undefined;
  }
}

/** None where there is no such name; undefined where the server does not want to say. */
function namesOf(zone: string, reply: ReturnType<typeof decode>): string[] | undefined {
  const { answers = [], authorities = [], rcode } = reply as ReturnType<typeof decode> & { rcode?: string };
  if (rcode !== "NOERROR" && rcode !== "NXDOMAIN") return undefined;
  const of = (all: readonly Answer[]) =>
    all.flatMap((one) => (one.type === "NS" && bareName(one.name) === bareName(zone) ? [one.data] : []));
  return [...of(answers), ...of(authorities)];
}
