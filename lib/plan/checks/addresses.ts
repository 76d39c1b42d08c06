import { type BlockPool, blockOfNumber, blocksIn, DEFAULT_BLOCK_PREFIX, DEFAULT_POOL, inPool } from "../addresses";
import { type Cidr, formatCidr, type Owned, overlap, overlaps, parseAddress } from "../cidr";
import { isPrivate, PRIVATE_RANGES, reservedRange } from "../reserved";
import type { FleetSpec } from "../spec";
import { readRange } from "./ranges";
import type { DraftSite } from "./sites";
import type { Draft } from "./structure";
import { count, type Path, type Report, show } from "./wording";

/** A range of a site, and where the spec says so. */
interface Range {
  readonly site: DraftSite;
  readonly path: Path;
  /** What it is, to follow the site's name: `block`, `pod CIDR`. */
  readonly what: string;
}

/** The pool, the blocks, the ranges of clusters that exist, and that none of them overlap. */
export function checkAddresses(spec: Draft<FleetSpec>, sites: readonly DraftSite[], report: Report): void {
  const taken = (spec.addresses?.reserved ?? []).flatMap((text, index) => {
    if (text === undefined) return [];
    const cidr = readRange(text, ["addresses", "reserved", index], report);
    return cidr === undefined ? [] : [cidr];
  });
  const from = checkPool(spec, report);
  const blocks = from === undefined ? [] : checkBlocks(spec, sites, from, taken, report);
  const existing = sites.flatMap((site) => existingRanges(site, report));
  for (const [first, second] of overlaps([...blocks, ...existing])) reportOverlap(first, second, report);
}

function checkPool(spec: Draft<FleetSpec>, report: Report): BlockPool | undefined {
  const path = ["addresses", "pool"];
  const text = spec.addresses?.pool ?? DEFAULT_POOL;
  const pool = readRange(text, path, report);
  if (pool === undefined) return undefined;
  const blockPrefix = spec.addresses?.blockPrefix ?? DEFAULT_BLOCK_PREFIX;
  if (!isPrivate(pool)) {
    report(path, `is "${text}", which is not private: give a part of ${PRIVATE_RANGES.join(", ")} (RFC 1918).`);
    return undefined;
  }
  const from = { pool, blockPrefix };
  if (blocksIn(from) < 3) {
    const blocks = blocksIn(from);
    const has = blocks === 0 ? "is smaller than one block" : `has ${blocks} block${blocks === 1 ? "" : "s"}`;
    report(
      path,
      `is "${text}", which ${has} of /${blockPrefix} (2^(${blockPrefix} - ${pool.prefix})), and block 0 is nobody's: two ` +
        `sites need 3 blocks, so give a pool of /${blockPrefix - 2} or wider, or a longer addresses.blockPrefix (up to 20).`,
    );
    return undefined;
  }
  return from;
}

function checkBlocks(
  spec: Draft<FleetSpec>,
  sites: readonly DraftSite[],
  from: BlockPool,
  taken: readonly Cidr[],
  report: Report,
): Owned<Range>[] {
  const free = lazily(() => freeNumbers(spec, sites, from, taken));
  return sites.flatMap((one) => {
    const { site } = one;
    if (site.block !== undefined) return givenBlock(one, site.block, from, taken, report);
    if (site.kind === "existing" || site.kind === undefined || site.number === undefined) return [];
    // A number that no site can have is refused as such.
    if (site.number > (spec.addresses?.maximumSites ?? 255)) return [];
    const path = [...one.path, "number"];
    const cidr = blockOfNumber(site.number, from);
    if (cidr === undefined) {
      report(path, tooSmall(site.number, from, free()));
      return [];
    }
    const touched = touches(cidr, taken);
    if (touched !== undefined) {
      report(path, `is ${site.number}, whose block ${formatCidr(cidr)} ${touched}: ${instead(free())}.`);
    }
    return [{ cidr, owner: { site: one, path, what: "block" } }];
  });
}

function givenBlock(
  site: DraftSite,
  text: string,
  from: BlockPool,
  taken: readonly Cidr[],
  report: Report,
): Owned<Range>[] {
  const path = [...site.path, "block"];
  if (site.site.kind === "existing") {
    report(path, `is for clusters that are built: a cluster that exists has its ranges in cidrs. Remove it.`);
    return [];
  }
  const cidr = readRange(text, path, report);
  if (cidr === undefined) return [];
  if (cidr.prefix !== from.blockPrefix) {
    report(
      path,
      `is "${text}": give a /${from.blockPrefix}, the size of every block of this fleet (addresses.blockPrefix).`,
    );
  } else if (!inPool(cidr, from)) {
    report(
      path,
      `is "${text}", outside the fleet's pool ${formatCidr(from.pool)}: give a block of the pool, or widen addresses.pool.`,
    );
  } else {
    const touched = touches(cidr, taken);
    if (touched !== undefined)
      report(path, `is "${text}", which ${touched}: give another block of ${formatCidr(from.pool)}.`);
    return [{ cidr, owner: { site, path, what: "block" } }];
  }
  return [];
}

/** What a block touches that it must not, as a clause, or undefined. */
function touches(cidr: Cidr, taken: readonly Cidr[]): string | undefined {
  const reserved = reservedRange(cidr, "built");
  if (reserved !== undefined) return `touches ${reserved.cidr}, which is kept by ${reserved.keeper}`;
  const own = taken.find((range) => overlap(range, cidr));
  return own === undefined ? undefined : `touches ${formatCidr(own)} of addresses.reserved`;
}

function tooSmall(number: number, from: BlockPool, free: readonly number[]): string {
  const blocks = blocksIn(from);
  const { pool, blockPrefix } = from;
  const longer = blockPrefix + Math.max(1, Math.ceil(Math.log2((number + 1) / blocks)));
  const finer = longer <= 20 ? `, addresses.blockPrefix ${longer} (${count(2 ** (longer - pool.prefix))} blocks)` : "";
  return (
    `is ${number}, but the pool ${formatCidr(pool)} has ${count(blocks)} blocks of /${blockPrefix} ` +
    `(2^(${blockPrefix} - ${pool.prefix})), for numbers 1 to ${blocks - 1}: ${instead(free)}${finer}, or a wider addresses.pool.`
  );
}

function instead(free: readonly number[]): string {
  if (free.length === 0) return "no number of this pool is free, give a wider addresses.pool";
  return `give a number that is free, such as ${free.join(", ")}`;
}

/** The first numbers whose blocks a new site could have. */
function freeNumbers(
  spec: Draft<FleetSpec>,
  sites: readonly DraftSite[],
  from: BlockPool,
  taken: readonly Cidr[],
): number[] {
  const used = new Set([...(spec.retired ?? []), ...sites.map(({ site }) => site.number)]);
  const found: number[] = [];
  const last = Math.min(spec.addresses?.maximumSites ?? 255, blocksIn(from) - 1);
  for (let number = 1; number <= last && found.length < 5; number++) {
    const block = blockOfNumber(number, from);
    if (block !== undefined && !used.has(number) && touches(block, taken) === undefined) found.push(number);
  }
  return found;
}

/** The ranges that a cluster that exists declares. */
function existingRanges(one: DraftSite, report: Report): Owned<Range>[] {
  const { site, path } = one;
  if (site.kind !== "existing") return [];
  const found = (["nodes", "pods", "services"] as const).flatMap((part) => {
    const at = [...path, "cidrs", part];
    const texts = site.cidrs?.[part];
    if (texts?.length === 0) report(at, `is empty: give the ${part} CIDRs of the cluster as they are.`);
    return (texts ?? []).flatMap((text, index) => {
      const cidr = text === undefined ? undefined : readRange(text, [...at, index], report);
      if (cidr === undefined) return [];
      const reserved = reservedRange(cidr, "existing");
      if (reserved !== undefined) {
        report(
          [...at, index],
          `is "${text}", which touches ${reserved.cidr}, kept by ${reserved.keeper}: no cluster can have it.`,
        );
      }
      return [{ cidr, owner: { site: one, path: [...at, index], what: `${part.slice(0, -1)} CIDR` } }];
    });
  });
  checkEndpoints(one, report);
  return found;
}

function checkEndpoints({ site, path }: DraftSite, report: Report): void {
  if (site.kind !== "existing") return;
  for (const part of ["mesh", "ingress"] as const) {
    (site.endpoints?.[part] ?? []).forEach((text, index) => {
      if (text === undefined) return;
      const at = [...path, "endpoints", part, index];
      const address = parseAddress(text);
      if (address === undefined) {
        report(at, `is ${show(text)}: give an IPv4 address such as "10.1.0.10".`);
      } else if (reservedRange({ start: address, prefix: 32 }, "existing") !== undefined) {
        report(at, `is "${text}", which no peer can reach: give an address of the cluster's load balancer.`);
      }
    });
  }
}

function reportOverlap(first: Owned<Range>, second: Owned<Range>, report: Report): void {
  const [a, b] = [first.owner, second.owner];
  if (a.what === "block" && b.what === "block" && a.path[2] === "number" && b.path[2] === "number") return;
  const other = a.site === b.site ? "the same site" : `site ${a.site.called}`;
  report(
    b.path,
    `gives the ${b.what} ${formatCidr(second.cidr)}, which overlaps the ${a.what} ${formatCidr(first.cidr)} of ${other}: node, pod ` +
      `and service CIDRs are disjoint over all sites, give a range that nobody else has.`,
  );
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
