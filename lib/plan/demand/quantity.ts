/**
 * Kubernetes quantities (`100m`, `1.5Gi`, `12e6`), read exactly as `resource.ParseQuantity` of k8s.io/apimachinery
 * v0.34 reads them, as whole nano-units: the finest that Kubernetes keeps. No floating point anywhere.
 */

/** One unit (a core, a byte, a device) in nano-units. */
export const ONE = 1_000_000_000n;

/** A thousandth of a unit in nano-units: the API server rounds every request and limit up to it. */
export const MILLI = 1_000_000n;

/** The largest amount that Kubernetes counts, 2^63-1 units. */
export const LARGEST = (2n ** 63n - 1n) * ONE;

/** A text that is no quantity, or one that nobody can count. */
export class QuantityError extends Error {
  override readonly name = "QuantityError";
}

const DECIMAL: ReadonlyMap<string, number> = new Map([
  ["n", -9],
  ["u", -6],
  ["m", -3],
  ["", 0],
  ["k", 3],
  ["M", 6],
  ["G", 9],
  ["T", 12],
  ["P", 15],
  ["E", 18],
]);

const BINARY: ReadonlyMap<string, number> = new Map([
  ["Ki", 10],
  ["Mi", 20],
  ["Gi", 30],
  ["Ti", 40],
  ["Pi", 50],
  ["Ei", 60],
]);

/** Sign, whole digits, fraction digits, suffix: apimachinery's scanner, which also takes `5.`, `.5` and even `.`. */
const FORM = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/;

/** Go would compute 10^2147483647 without complaint. Nothing countable has more digits than this. */
const LONGEST = 1000;

/**
 * Parses a quantity.
 *
 * An amount finer than a nano-unit is rounded away from zero; a binary amount beyond 2^63-1 is capped there, a decimal
 * one is not. Signs are kept: whether a negative amount means anything is for the caller to say.
 * @returns nano-units
 * @throws QuantityError in the words of apimachinery, when it is none, or has more than a thousand digits
 */
export function parseQuantity(text: string): bigint {
  if (text.length > LONGEST) throw new QuantityError(`a quantity of ${text.length} characters is too long`);
  const form = text === "" ? null : FORM.exec(text);
  if (form === null) {
    throw new QuantityError(
      "quantities are a number and a suffix: n u m k M G T P E, Ki Mi Gi Ti Pi Ei, or an exponent",
    );
  }
  const [, sign = "", whole = "", fraction = "", suffix = ""] = form;
  const { base, exponent } = interpret(suffix);
  if (whole === "" && fraction === "" && !isZeroByAccident(base, exponent)) {
    throw new QuantityError("unable to parse numeric part of quantity");
  }
  const digits = BigInt(whole + fraction);
  const nano = base === 2 ? binary(digits, fraction.length, exponent) : decimal(digits, exponent - fraction.length + 9);
  return sign === "-" ? -nano : nano;
}

/**
 * The value of a field of type Quantity, as the API server decodes it from JSON: a text, a number, or null for 0.
 * @returns nano-units
 * @throws QuantityError
 */
export function quantityOf(value: unknown): bigint {
  if (value === null) return 0n;
  if (typeof value === "number" || typeof value === "bigint") return parseQuantity(String(value));
  if (typeof value === "string") return parseQuantity(value.replace(/^ +| +$/g, ""));
  throw new QuantityError(`a quantity is a text or a number, not ${Array.isArray(value) ? "a list" : typeof value}`);
}

/** `nano` in multiples of `unit`, rounded away from zero: whoever asks for a little gets something. */
export function roundedUp(nano: bigint, unit: bigint): bigint {
  const rest = nano % unit;
  const whole = nano / unit;
  if (rest === 0n) return whole;
  return nano > 0n ? whole + 1n : whole - 1n;
}

function interpret(suffix: string): { base: 2 | 10; exponent: number } {
  const two = BINARY.get(suffix);
  if (two !== undefined) return { base: 2, exponent: two };
  const ten = DECIMAL.get(suffix);
  if (ten !== undefined) return { base: 10, exponent: ten };
  if (/^[eE][-+]?[0-9]+$/.test(suffix)) {
    const written = BigInt(suffix.slice(1).replace(/^\+/, ""));
    // apimachinery reads an int64 and keeps its lower 32 bits.
    if (BigInt.asIntN(64, written) === written) return { base: 10, exponent: Number(BigInt.asIntN(32, written)) };
  }
  throw new QuantityError(`unable to parse quantity's suffix "${suffix}"`);
}

/** Without a single digit, apimachinery's fast path reads 0 and its slow path fails. */
function isZeroByAccident(base: 2 | 10, exponent: number): boolean {
  return base === 2 ? exponent <= 40 : exponent >= -9;
}

function binary(digits: bigint, fractionDigits: number, exponent: number): bigint {
  const nano = roundedUp(digits * 2n ** BigInt(exponent) * ONE, 10n ** BigInt(fractionDigits));
  return nano > LARGEST ? LARGEST : nano;
}

function decimal(digits: bigint, power: number): bigint {
  if (digits === 0n) return 0n;
  if (power > LONGEST) throw new QuantityError("too large to count");
  if (power >= 0) return digits * 10n ** BigInt(power);
  return -power > LONGEST ? 1n : roundedUp(digits, 10n ** BigInt(-power));
}
