import { Resolver } from "node:dns/promises";
import { isIP } from "node:net";
import { delegatedTo } from "../dns/parent";
import { bareName } from "../dnsNames";
import type { Terminal } from "../terminal";
import { UserError } from "../userError";

/** Options of `multisite traffic check`. */
export interface TrafficCheckOptions {
  /** Name servers that the zone should be delegated to: the fleet's output `nameServers`. */
  expect: string[];
  /** Resolvers to ask, `address` or `address:port`. Empty: those of this machine. */
  server: string[];
  /** Port of the name servers of the zone above. @default 53 */
  parentPort?: number;
}

/** What a zone's delegation lacks, and what it has too much. */
export interface Delegation {
  readonly missing: readonly string[];
  readonly foreign: readonly string[];
}

/** Compares name servers as DNS does: whatever their case, with or without the last dot. */
export function compareDelegation(expected: readonly string[], found: readonly string[]): Delegation {
  const bare = (names: readonly string[]) => [...new Set(names.map(bareName))].sort();
  const [wanted, present] = [bare(expected), bare(found)];
  return {
    missing: wanted.filter((one) => !present.includes(one)),
    foreign: present.filter((one) => !wanted.includes(one)),
  };
}

/**
 * `multisite traffic check`: whether the registrar has what the fleet says.
 * @returns the exit code: 0 when the delegation is complete, 1 when it is not.
 */
export async function trafficCheck(zone: string, options: TrafficCheckOptions, terminal: Terminal): Promise<number> {
  if (options.expect.length === 0)
    throw new UserError(
      "--expect is missing: give each name server of the output nameServers, as --expect ns-1.example.net.",
    );
  refuseStrange(zone, options.expect);
  const { found, isOfParent } = await nameServersOf(zone, options);
  if (!isOfParent) terminal.err(ONLY_A_RESOLVER);
  const { missing, foreign } = compareDelegation(options.expect, found);
  if (missing.length === 0 && foreign.length === 0) {
    terminal.out(`${zone} is delegated to all ${found.length} name servers.`);
    return 0;
  }
  const lines = [`${zone} is not delegated as the fleet needs it. At the registrar:`];
  lines.push(...missing.map((one) => `  add     ${one}`), ...foreign.map((one) => `  remove  ${one}`));
  terminal.out(lines.join("\n"));
  return 1;
}

const LABEL = "[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?";
const DNS_NAME = new RegExp(`^(?=.{1,254}$)${LABEL}(\\.${LABEL})+\\.?$`, "i");

/** What is no name would only be "missing at the registrar". @throws UserError with all of them */
function refuseStrange(zone: string, expected: readonly string[]): void {
  const strange = [
    ...(DNS_NAME.test(zone) ? [] : [`The zone "${zone}" is no DNS name: give one such as example.com.`]),
    ...expected
      .filter((one) => !DNS_NAME.test(one))
      .map((one) => `--expect "${one}" is no DNS name: give a name server such as ns-1.example.net.`),
  ];
  if (strange.length > 0) throw new UserError(strange.join("\n"));
}

const ONLY_A_RESOLVER =
  "The servers of the zone above cannot be asked from here (UDP port 53): this is what a resolver says, which may be what the zone says of itself.";

/** What the zone above has; where its servers cannot be asked, what a resolver says. */
async function nameServersOf(
  zone: string,
  { server: servers, parentPort }: TrafficCheckOptions,
): Promise<{ found: string[]; isOfParent: boolean }> {
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  const wrong = servers.filter((one) => isIP(one.replace(/:\d+$/, "")) === 0 && isIP(one) === 0);
  if (wrong.length > 0)
    throw new UserError(
      `--server ${wrong.join(", ")}: give the address of a resolver, such as 1.1.1.1 or 127.0.0.1:5353.`,
    );
  if (servers.length > 0) resolver.setServers(servers);
  const above = await delegatedTo(zone, resolver, parentPort);
  if (above !== undefined) return { found: above, isOfParent: true };
  return { found: await resolved(zone, resolver), isOfParent: false };
}

async function resolved(zone: string, resolver: Resolver): Promise<string[]> {
  try {
    return await resolver.resolveNs(zone);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Nobody has delegated it yet: an answer, and everything is missing.
    if (code === "ENOTFOUND" || code === "ENODATA") return [];
    throw new UserError(
      `The name servers of ${zone} cannot be asked for (${code}): check the network, or give --server.`,
    );
  }
}
