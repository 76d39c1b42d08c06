import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { logicalName, NAME_RULES, type NamedResource, physicalName, shorten } from "../../lib/plan/names";

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,80}[a-z0-9]$/);
const resource = fc.constantFrom(...(Object.keys(NAME_RULES) as NamedResource[]));

test("a name that fits stays as it is; one that does not is cut to the limit, and stays a name", () => {
  fc.assert(
    fc.property(word, fc.integer({ min: 10, max: 64 }), (name, limit) => {
      const short = shorten(name, limit);
      if (name.length <= limit) assert.equal(short, name);
      assert.ok(short.length <= limit);
      assert.match(short, /^[a-z][a-z0-9-]*[a-z0-9]$/);
      assert.equal(shorten(short, limit), short);
    }),
  );
});

test("names that begin alike stay apart when they are cut", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(word, { minLength: 2, maxLength: 40 }),
      fc.integer({ min: 10, max: 30 }),
      (tails, limit) => {
        const names = tails.map((tail) => `a-site-with-a-long-name-${tail}`);
        assert.equal(new Set(names.map((name) => shorten(name, limit))).size, names.length);
      },
    ),
  );
});

test("the hash is the same on every machine", () => {
  assert.equal(shorten("the-site-in-frankfurt-with-a-name", 24), "the-site-in-fra-egdkvskn");
});

test("logical names leave room for what the provider adds", () => {
  fc.assert(
    fc.property(resource, word, word, (kind, site, role) => {
      const rule = NAME_RULES[kind];
      if (rule.longest - rule.madeUp >= 10)
        assert.ok(logicalName(kind, site, role).length + rule.madeUp <= rule.longest);
      if (rule.longest >= 10) assert.ok(physicalName(kind, site, role).length <= rule.longest);
    }),
  );
  assert.throws(() => shorten("a-name-of-fifteen", 9), RangeError);
});
