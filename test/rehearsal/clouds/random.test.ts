import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isSecret, plain } from "../../../rehearsal/clouds/wire";
import type { Properties } from "../../../rehearsal/engine/provider";
import { Bench } from "./support";

const ID = "random:index/randomId:RandomId";
const open = (seed?: string) => Bench.open("random", {}, seed === undefined ? {} : { seed });

describe("random ids", () => {
  it("are the same bytes in every form, after the prefix", async () => {
    const bench = await open();
    const { id, outputs } = await bench.make(ID, { byteLength: 4 });
    const bytes = Buffer.from(id, "base64url");
    assert.equal(bytes.length, 4);
    assert.deepEqual(outputs, {
      ...{ byteLength: 4, b64Url: id, b64Std: bytes.toString("base64"), hex: bytes.toString("hex") },
      dec: String(bytes.readUInt32BE()),
    });
    const named = await bench.make(ID, { byteLength: 9, prefix: "pool-" });
    assert.match(named.out("hex"), /^pool-[0-9a-f]{18}$/);
    assert.equal(named.out("b64Url"), `pool-${named.id}`);
    assert.equal(bench.source.fidelity(ID), "modelled");
  });

  it("are new with every creation, also after a deletion, and the same in equal rehearsals", async () => {
    const made = async (seed?: string) => {
      const bench = await open(seed);
      const hexes: string[] = [];
      for (let i = 0; i < 3; i++) {
        const one = await bench.make(ID, { byteLength: 4 }, "acme");
        hexes.push(one.out("hex"));
        if (i > 0) await bench.remove(one);
      }
      return hexes;
    };
    const first = await made();
    assert.equal(new Set(first).size, 3);
    assert.deepEqual(await made(), first);
    assert.notDeepEqual(await made("another"), first);
  });

  it("stay until their length, prefix or keepers change", async () => {
    const bench = await open();
    const one = await bench.make(ID, { byteLength: 4, keepers: { site: "a" } });
    assert.equal((await bench.diff(one, one.inputs)).changes, "none");
    for (const change of [{ byteLength: 5 }, { prefix: "x" }, { keepers: { site: "b" } }]) {
      const { replaces } = await bench.diff(one, { ...one.inputs, ...change });
      assert.equal(replaces?.length, 1, JSON.stringify(change));
    }
  });

  it("may be so short that there are not enough of them", async () => {
    const bench = await open();
    const hexes = new Set<string>();
    for (let i = 0; i < 257; i++) hexes.add((await bench.make(ID, { byteLength: 1 })).out("hex"));
    assert.ok(hexes.size > 250);
  });

  it("have a whole number of bytes", async () => {
    const bench = await open();
    for (const byteLength of [0, 1.5])
      assert.match(await bench.refusal(ID, { byteLength }), new RegExp(`1 or more; got ${byteLength}`));
  });
});

const type = (kind: string) => `random:index/random${kind}:Random${kind}`;
/** The outputs of one, secrets opened. */
async function drawn(kind: string, inputs: Properties, seed?: string): Promise<Properties> {
  const bench = await open(seed);
  return plain((await bench.make(type(kind), inputs, "one")).outputs) as Properties;
}
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/;

describe("what is drawn", () => {
  const every: [kind: string, inputs: Properties, output: string, form: RegExp][] = [
    ["Uuid", {}, "result", GUID],
    ["Uuid4", {}, "result", GUID],
    ["Uuid7", {}, "result", /^019b76da-a800-7[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/],
    ["Integer", { min: 10_000, max: 99_999 }, "result", /^[1-9]\d{4}$/],
    ["Integer", { min: -7, max: -7 }, "result", /^-7$/],
    ["String", { length: 8, special: false, upper: false }, "result", /^[a-z0-9]{8}$/],
    ["String", { length: 6, lower: false, upper: false, special: false }, "result", /^\d{6}$/],
    ["String", { length: 3, upper: false, lower: false, numeric: false, overrideSpecial: "_" }, "result", /^___$/],
    ["Password", { length: 24, number: false, special: false }, "result", /^[A-Za-z]{24}$/],
    ["Password", { length: 1 }, "bcryptHash", /^\$2a\$10\$[./A-Za-z0-9]{53}$/],
    ["Bytes", { length: 5 }, "hex", /^[0-9a-f]{10}$/],
  ];
  for (const [kind, inputs, output, form] of every) {
    it(`is a ${kind} as ${JSON.stringify(inputs)} asks for, the same in equal rehearsals, until a keeper changes`, async () => {
      const { [output]: value } = await drawn(kind, inputs);
      assert.match(String(value), form);
      assert.deepEqual((await drawn(kind, inputs))[output], value);
      const bench = await open();
      const made = await bench.make(type(kind), { ...inputs, keepers: { a: "1" } });
      assert.equal(bench.source.fidelity(type(kind)), "modelled");
      assert.equal((await bench.diff(made, made.inputs)).changes, "none");
      assert.deepEqual((await bench.diff(made, { ...inputs, keepers: { a: "2" } })).replaces, ["keepers"]);
    });
  }

  it("is another with another seed of the rehearsal, and for another resource", async () => {
    const bench = await open();
    for (const [kind, inputs] of [
      ["Uuid", {}],
      ["Password", { length: 16 }],
      ["String", { length: 16 }],
    ] as const) {
      const results = await Promise.all(["a", "b"].map((name) => bench.make(type(kind), inputs, name)));
      const other = await drawn(kind, inputs, "another");
      const all = [...results.map(({ outputs }) => (plain(outputs) as Properties).result), other.result];
      assert.equal(new Set(all).size, 3, kind);
    }
  });

  it("has as many of each kind of characters as are asked for, and says what was left to the provider", async () => {
    const least = fc.nat({ max: 4 });
    const flags = fc.record({ upper: fc.boolean(), lower: fc.boolean(), numeric: fc.boolean(), special: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        flags,
        fc.tuple(least, least, least, least),
        fc.integer({ min: 1, max: 30 }),
        async (kinds, mins, more) => {
          const [minUpper, minLower, minNumeric, minSpecial] = mins;
          fc.pre(Object.values(kinds).some(Boolean));
          const length = minUpper + minLower + minNumeric + minSpecial + more;
          const inputs = { ...kinds, minUpper, minLower, minNumeric, minSpecial, length };
          const text = String((await drawn("Password", inputs)).result);
          assert.equal(text.length, length);
          const forms = { upper: /[A-Z]/g, lower: /[a-z]/g, numeric: /\d/g, special: /[^A-Za-z0-9]/g };
          for (const [i, [kind, form]] of Object.entries(forms).entries()) {
            const count = (text.match(form) ?? []).length;
            assert.ok(count >= mins[i]! && (kinds[kind as "upper"] || count === mins[i]), `${kind}: ${text}`);
          }
        },
      ),
      { numRuns: 60 },
    );
    const { result: _, ...outputs } = await drawn("String", { length: 4, numeric: false });
    assert.deepEqual(outputs, {
      ...{ length: 4, upper: true, lower: true, special: true, numeric: false, number: false },
      ...{ minUpper: 0, minLower: 0, minNumeric: 0, minSpecial: 0 },
    });
  });

  it("is a permutation, cut off or repeated to as many as are asked for", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.string(), { maxLength: 6 }),
        fc.nat({ max: 20 }),
        async (inputs, resultCount) => {
          const results = (await drawn("Shuffle", { inputs, resultCount })).results as string[];
          assert.equal(results.length, inputs.length === 0 ? 0 : resultCount || inputs.length);
          for (let at = 0; at < results.length; at += inputs.length) {
            const round = results.slice(at, at + inputs.length);
            assert.equal(new Set(round).size, round.length);
            assert.ok(round.every((one) => inputs.includes(one)));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("is decided by a seed of the program's alone", async () => {
    const rows: [kind: string, inputs: Properties, output: string][] = [
      ["Integer", { min: 1, max: 1_000_000, seed: "s" }, "result"],
      ["Shuffle", { inputs: [..."abcdefghij"], seed: "s" }, "results"],
    ];
    for (const [kind, inputs, output] of rows) {
      const bench = await open();
      const [a, b] = [await bench.make(type(kind), inputs, "a"), await bench.make(type(kind), inputs, "b")];
      assert.deepEqual(a.outputs[output], b.outputs[output]);
      assert.deepEqual((await drawn(kind, inputs, "another"))[output], a.outputs[output]);
      assert.notDeepEqual((await drawn(kind, { ...inputs, seed: "t" }))[output], a.outputs[output]);
    }
  });

  it("is a pet's name of as many words as are asked for, after the prefix", async () => {
    const rows: [inputs: Properties, form: RegExp][] = [
      [{}, /^[a-z]+-[a-z]+$/],
      [{ length: 1 }, /^[a-z]+$/],
      [{ length: 4, separator: "_" }, /^[a-z]+(_[a-z]+){3}$/],
      [{ prefix: "shop", separator: "." }, /^shop\.[a-z]+\.[a-z]+$/],
      [{ prefix: "" }, /^[a-z]+-[a-z]+$/],
    ];
    for (const [inputs, form] of rows) {
      const bench = await open();
      const { id, outputs } = await bench.make(type("Pet"), inputs);
      assert.match(id, form);
      assert.deepEqual(outputs, { length: 2, separator: "-", ...inputs });
    }
  });

  it("is a secret where the SDK says so, and the id where the provider has it so", async () => {
    const bench = await open();
    const password = await bench.make(type("Password"), { length: 8 });
    assert.ok(isSecret(password.outputs.result) && isSecret(password.outputs.bcryptHash));
    const bytes = await bench.make(type("Bytes"), { length: 8 });
    assert.ok(isSecret(bytes.outputs.base64) && isSecret(bytes.outputs.hex));
    const { base64, hex } = plain(bytes.outputs) as { base64: string; hex: string };
    assert.deepEqual([bytes.id, Buffer.from(base64, "base64").toString("hex")], [base64, hex]);
    const text = await bench.make(type("String"), { length: 8 });
    assert.equal(text.id, text.outputs.result);
  });

  const refused: [kind: string, inputs: Properties, message: RegExp][] = [
    ["String", { length: 0 }, /^length: must be a whole number, 1 or more; got 0$/],
    ["String", { length: 3, minUpper: 2, minLower: 2 }, /^length: must be at least 4, the sum of minUpper, .*; got 3$/],
    ["Password", { length: 3, minSpecial: -1 }, /^minSpecial: must be a whole number, 0 or more; got -1$/],
    [
      "Password",
      { length: 3, upper: false, lower: false, number: false, special: false },
      /^special: must be true, or/,
    ],
    ["Integer", { min: 3, max: 2 }, /^min: must be at most max \(2\); got 3$/],
    ["Integer", { min: 0.5, max: 2 }, /^min: must be a whole number; got 0.5$/],
    ["Bytes", { length: 0 }, /^length: must be a whole number of bytes, 1 or more; got 0$/],
    ["Shuffle", { inputs: ["a"], resultCount: -1 }, /^resultCount: must be a whole number, 0 or more; got -1$/],
  ];
  for (const [kind, inputs, message] of refused) {
    it(`is no ${kind} for ${JSON.stringify(inputs)}`, async () => {
      assert.match(await (await open()).refusal(type(kind), inputs), message);
    });
  }
});
