import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import {
  contains,
  endOf,
  formatAddress,
  formatCidr,
  merged,
  overlap,
  overlaps,
  parseAddress,
  parseCidr,
  part,
  readCidr,
  sizeOf,
} from "../../lib/plan/cidr";

const address = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const cidr = fc
  .tuple(address, fc.integer({ min: 0, max: 32 }))
  .map(([start, prefix]) => ({ start: start - (start % sizeOf(prefix)), prefix }));
/** Ranges of one crowded /24, so that they meet. */
const near = fc
  .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 24, max: 32 }))
  .map(([host, prefix]) => ({ start: 2 ** 31 + host - (host % sizeOf(prefix)), prefix }));

test("every address and range reads back as it was written", () => {
  fc.assert(fc.property(address, (one) => parseAddress(formatAddress(one)) === one));
  fc.assert(fc.property(cidr, (one) => assert.deepEqual(readCidr(formatCidr(one)), one)));
});

test("a text is an address exactly when a library of the field reads it as four decimal octets", () => {
  const octet = fc.oneof(
    fc.integer({ min: 0, max: 300 }).map(String),
    fc.constantFrom("", "00", "01", "0x1", "-1", " 1"),
  );
  const text = fc.array(octet, { minLength: 3, maxLength: 5 }).map((octets) => octets.join("."));
  fc.assert(
    fc.property(text, (one) => {
      const strict = ipaddr.IPv4.isValidFourPartDecimal(one) && !/(^|\.)0\d/.test(one);
      assert.equal(parseAddress(one) !== undefined, strict, one);
    }),
  );
});

test("containment and overlap are those of the library", () => {
  fc.assert(
    fc.property(near, near, (a, b) => {
      const [x, y] = [ipaddr.IPv4.parseCIDR(formatCidr(a)), ipaddr.IPv4.parseCIDR(formatCidr(b))] as const;
      const inner = x[1] <= y[1] && y[0].match(x);
      assert.equal(contains(a, b), inner);
      assert.equal(overlap(a, b), inner || (y[1] <= x[1] && x[0].match(y)));
    }),
  );
});

const FAULTS: [string, object][] = [
  ["10.0.0.0", { fault: "malformed" }],
  ["10.0.0.0/", { fault: "malformed" }],
  ["10.0.0.0/33", { fault: "malformed" }],
  ["10.0.0.0/08", { fault: "malformed" }],
  ["10.0.0/8", { fault: "malformed" }],
  ["010.0.0.0/8", { fault: "malformed" }],
  ["10.0.0.0/8/8", { fault: "malformed" }],
  [" 10.0.0.0/8", { fault: "malformed" }],
  ["", { fault: "malformed" }],
  ["fd00::/8", { fault: "ipv6" }],
  ["::ffff:10.0.0.0/104", { fault: "ipv6" }],
  ["10.1.2.3/8", { fault: "not canonical", canonical: "10.0.0.0/8" }],
  ["255.255.255.255/1", { fault: "not canonical", canonical: "128.0.0.0/1" }],
];

for (const [text, fault] of FAULTS) {
  test(`${JSON.stringify(text)} is no canonical range`, () => {
    assert.deepEqual(readCidr(text), fault);
    assert.throws(() => parseCidr(text), RangeError);
  });
}

test("parts cover a range without gap or overlap", () => {
  fc.assert(
    fc.property(cidr, fc.integer({ min: 0, max: 6 }), (whole, bits) => {
      const prefix = Math.min(32, whole.prefix + bits);
      const parts = Array.from({ length: 2 ** (prefix - whole.prefix) }, (_, i) => part(whole, prefix, i));
      assert.equal(parts[0]?.start, whole.start);
      assert.equal(endOf(parts.at(-1) ?? whole), endOf(whole));
      for (const [i, one] of parts.entries()) if (i > 0) assert.equal(one.start, endOf(parts[i - 1] ?? one));
      assert.throws(() => part(whole, prefix, parts.length), RangeError);
    }),
  );
});

test("overlaps finds each range that shares an address with an earlier one, and no other", () => {
  fc.assert(
    fc.property(fc.array(near, { maxLength: 8 }), (ranges) => {
      const found = overlaps(ranges.map((one, owner) => ({ cidr: one, owner })));
      for (const [a, b] of found) assert.ok(overlap(a.cidr, b.cidr));
      const clash = ranges.some((a, i) => ranges.some((b, j) => i < j && overlap(a, b)));
      assert.equal(found.length > 0, clash);
      // Whoever is not named as the later one of a pair shares nothing with those that are not either.
      const clean = ranges.filter((_, i) => !found.some(([, later]) => later.owner === i));
      for (const [i, a] of clean.entries()) for (const b of clean.slice(i + 1)) assert.ok(!overlap(a, b));
    }),
  );
});

test("merged ranges hold the same addresses, and are as few as can be", () => {
  fc.assert(
    fc.property(fc.array(near, { maxLength: 12 }), (ranges) => {
      const found = merged(ranges);
      const hosts = Array.from({ length: 256 }, (_, host) => ({ start: 2 ** 31 + host, prefix: 32 }));
      for (const host of hosts) {
        const isIn = ranges.some((one) => contains(one, host));
        assert.equal(found.filter((one) => contains(one, host)).length, isIn ? 1 : 0);
      }
      // No two of them are the halves of one.
      for (const [i, one] of found.entries()) {
        const parent = { start: one.start - (one.start % sizeOf(one.prefix - 1)), prefix: one.prefix - 1 };
        assert.ok(!found.some((other, j) => i !== j && contains(parent, other) && other.prefix === one.prefix));
      }
    }),
  );
});
