import assert from "node:assert/strict";
import { describe, it } from "node:test";
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
