/**
 * IPv4 ranges as numbers. Addresses are unsigned 32-bit integers kept in doubles, so that 255.255.255.255 + 1 is still
 * exact and no bit operator can turn an address negative.
 */
export interface Cidr {
  /** First address of the range, 0 to 2^32 - 1. */
  readonly start: number;
  /** Prefix length, 0 to 32. */
  readonly prefix: number;
}

/** Why a text is not a canonical IPv4 range. */
export type CidrFault =
  | { readonly fault: "malformed" }
  /** An IPv6 range: the fleet's mesh and all of its ranges are IPv4. */
  | { readonly fault: "ipv6" }
  /** Bits below the prefix are set; `canonical` is what was probably meant. */
  | { readonly fault: "not canonical"; readonly canonical: string };

const OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
const ADDRESS = new RegExp(`^${OCTET}\\.${OCTET}\\.${OCTET}\\.${OCTET}$`);

/**
 * Reads a dotted address of four decimal octets.
 * @returns undefined for anything else: octal, hexadecimal and short forms are read differently by different tools.
 */
export function parseAddress(text: string): number | undefined {
  const octets = ADDRESS.exec(text);
  if (octets === null) return undefined;
  return octets.slice(1).reduce((address, octet) => address * 256 + Number(octet), 0);
}

/** The dotted form of an address. */
export function formatAddress(address: number): string {
  const third = Math.floor(address / 256);
  const second = Math.floor(third / 256);
  return `${Math.floor(second / 256) % 256}.${second % 256}.${third % 256}.${address % 256}`;
}

/** By prefix length, since a plan asks some ten thousand times. */
const SIZES: readonly number[] = Array.from({ length: 33 }, (_, prefix) => 2 ** (32 - prefix));

/** Number of addresses in a range of this prefix length. */
export function sizeOf(prefix: number): number {
  return SIZES[prefix] ?? 2 ** (32 - prefix);
}

/** Reads a canonical range such as `10.1.0.0/16`, or says why it is none. */
export function readCidr(text: string): Cidr | CidrFault {
  const [before = "", after = "", ...rest] = text.split("/");
  if (before.includes(":")) return { fault: "ipv6" };
  const start = parseAddress(before);
  if (start === undefined || rest.length > 0 || !/^([0-9]|[12][0-9]|3[0-2])$/.test(after))
    return { fault: "malformed" };
  const prefix = Number(after);
  const first = start - (start % sizeOf(prefix));
  return first === start
    ? { start, prefix }
    : { fault: "not canonical", canonical: formatCidr({ start: first, prefix }) };
}

/**
 * Reads a range that is known to be canonical.
 * @throws RangeError otherwise: the spec's problems are found before, so this is a mistake of the library.
 */
export function parseCidr(text: string): Cidr {
  const read = readCidr(text);
  if ("fault" in read) throw new RangeError(`${text} is not a canonical IPv4 CIDR (${read.fault})`);
  return read;
}

/** The usual text of a range. */
export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(cidr.start)}/${cidr.prefix}`;
}

/** First address after the range. */
export function endOf(cidr: Cidr): number {
  return cidr.start + sizeOf(cidr.prefix);
}

/** Whether two ranges share an address. */
export function overlap(a: Cidr, b: Cidr): boolean {
  return a.start < endOf(b) && b.start < endOf(a);
}

/** Whether every address of `inner` is in `outer`. */
export function contains(outer: Cidr, inner: Cidr): boolean {
  return outer.start <= inner.start && endOf(inner) <= endOf(outer);
}

/**
 * Part number `index` (from 0) when a range is cut into parts of a prefix length.
 * @throws RangeError when there is no such part.
 */
export function part(of: Cidr, prefix: number, index: number): Cidr {
  const parts = 2 ** (prefix - of.prefix);
  if (prefix > 32 || !(index >= 0 && index < parts)) {
    throw new RangeError(`${formatCidr(of)} has no /${prefix} number ${index}`);
  }
  return { start: of.start + index * sizeOf(prefix), prefix };
}

/** The fewest ranges that hold exactly the addresses of the given ones, by their order. */
export function merged(ranges: readonly Cidr[]): Cidr[] {
  const found: Cidr[] = [];
  for (const range of [...ranges].sort((a, b) => a.start - b.start || a.prefix - b.prefix)) {
    const before = found.at(-1);
    if (before !== undefined && contains(before, range)) continue;
    let last = range;
    for (let half = found.at(-1); half !== undefined && areHalves(half, last); half = found.at(-1)) {
      last = { start: half.start, prefix: half.prefix - 1 };
      found.pop();
    }
    found.push(last);
  }
  return found;
}

/** Whether two ranges are the lower and the upper half of one. */
function areHalves(lower: Cidr, upper: Cidr): boolean {
  return (
    lower.prefix > 0 &&
    lower.prefix === upper.prefix &&
    lower.start % sizeOf(lower.prefix - 1) === 0 &&
    endOf(lower) === upper.start
  );
}

/** A range and who uses it. */
export interface Owned<T> {
  readonly cidr: Cidr;
  readonly owner: T;
}

/**
 * The pairs of ranges that overlap, each range with the widest earlier one that reaches into it: one sort and one pass,
 * so that a fleet of many sites costs no more than sorting, and a range inside several others is reported once.
 */
export function overlaps<T>(ranges: readonly Owned<T>[]): (readonly [Owned<T>, Owned<T>])[] {
  const sorted = [...ranges].sort((a, b) => a.cidr.start - b.cidr.start || a.cidr.prefix - b.cidr.prefix);
  const found: (readonly [Owned<T>, Owned<T>])[] = [];
  let reach: Owned<T> | undefined;
  for (const range of sorted) {
    if (reach !== undefined && range.cidr.start < endOf(reach.cidr)) found.push([reach, range]);
    if (reach === undefined || endOf(range.cidr) > endOf(reach.cidr)) reach = range;
  }
  return found;
}
