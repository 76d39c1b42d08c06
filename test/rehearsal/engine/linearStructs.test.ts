import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import { linearStructs, type StructModule } from "../../../rehearsal/engine/linearStructs";

const STRUCTS = require.resolve("google-protobuf/google/protobuf/struct_pb");

/** A copy of the messages of JSON, unchanged, and what counts those that are made. */
function copy(): { structs: StructModule; made(): number } {
  const library = require("google-protobuf");
  let made = 0;
  const initialize = (...given: unknown[]) => {
    made++;
    library.Message.initialize(...given);
  };
  // Copies that are required share what they call by `proto`, of their process.
  const counting = {
    ...library,
    Message: Object.assign(class extends library.Message {}, library.Message, { initialize }),
  };
  const proto = { google: { protobuf: {} } };
  const code = readFileSync(STRUCTS, "utf8");
  new Function("require", "exports", "globalThis", "proto", code)(() => counting, {}, { proto }, proto);
  return { structs: proto.google.protobuf as StructModule, made: () => made };
}

const original = copy();
const linear = copy();
linearStructs(linear.structs);

const object = fc.object({ key: fc.string(), maxDepth: 3 }).map((one) => {
  return JSON.parse(JSON.stringify(one));
});
/** `JSON.stringify` tells the order of keys as well. */
const same = (one: unknown, other: unknown) => assert.equal(JSON.stringify(one), JSON.stringify(other));

describe("JSON in messages", () => {
  it("is handled by a function that stands alone, also where esbuild has compiled it", () => {
    const file = path.join(__dirname, "..", "..", "..", "rehearsal", "engine", "linearStructs.ts");
    const load = `console.log(String(require(${JSON.stringify(file)}).linearStructs))`;
    const text = execFileSync(process.execPath, ["--import", "tsx", "-e", load], { encoding: "utf8", cwd: __dirname });
    const { structs } = copy();
    new Function(`return ${text}`)()(structs);
    same(structs.Struct.fromJavaScript({ one: [true, null] }).toJavaScript(), { one: [true, null] });
  });

  it("becomes the bytes that google-protobuf makes of it, and what it reads", () =>
    fc.assert(
      fc.property(object, (json) => {
        const [theirs, ours] = [original, linear].map(({ structs }) => structs.Struct.fromJavaScript(json));
        const bytes = theirs!.serializeBinary();
        assert.deepEqual(ours!.serializeBinary(), bytes);
        assert.deepEqual(ours!.toArray(), theirs!.toArray());
        same(ours!.toJavaScript(), theirs!.toJavaScript());
        const read = linear.structs.Struct.deserializeBinary(bytes);
        same(read.toJavaScript(), theirs!.toJavaScript());
        assert.deepEqual(read.toObject(), original.structs.Struct.deserializeBinary(bytes).toObject());
      }),
    ));

  it("is the same by itself and in lists", () =>
    fc.assert(
      fc.property(fc.array(object), (json) => {
        for (const kind of ["Value", "ListValue"] as const) {
          const [theirs, ours] = [original, linear].map(({ structs }) => structs[kind].fromJavaScript(json));
          assert.deepEqual(ours!.serializeBinary(), theirs!.serializeBinary());
          same(linear.structs[kind].deserializeBinary(theirs!.serializeBinary()).toJavaScript(), json.map(sorted));
        }
      }),
    ));

  it("changes as messages do", () => {
    const { Struct, Value } = linear.structs;
    const struct = Struct.fromJavaScript({ kept: { list: [1, "two", null] }, changed: true });
    struct.getFieldsMap().set("changed", Value.fromJavaScript([false]));
    struct.getFieldsMap().get("kept")!.getStructValue()!.getFieldsMap().set("added", Value.fromJavaScript(0));
    const expected = { changed: [false], kept: { added: 0, list: [1, "two", null] } };
    assert.deepEqual(struct.toJavaScript(), expected);
    assert.deepEqual(Struct.deserializeBinary(struct.serializeBinary()).toJavaScript(), expected);
  });

  it("refuses what is no JSON, and a value without a kind", () => {
    for (const { structs } of [original, linear]) {
      for (const no of [undefined, () => 1, 1n])
        assert.throws(() => structs.Struct.fromJavaScript({ no: no as never }), /^Error: Unexpected struct type\.$/);
      assert.throws(() => structs.Value.deserializeBinary(new Uint8Array()).toJavaScript(), /Unexpected struct type/);
    }
  });

  it("takes one message, however much it is", () => {
    const { structs, made } = linear;
    const bytes = structs.Struct.fromJavaScript({ one: [{ below: [{ it: [[]] }] }] }).serializeBinary();
    const before = [original, linear].map((one) => one.made());
    original.structs.Struct.deserializeBinary(bytes).toJavaScript();
    structs.Struct.deserializeBinary(bytes).toJavaScript();
    assert.ok(original.made() - before[0]! > 10);
    assert.equal(made() - before[1]!, 1);
  });
});

/** As google-protobuf sorts keys, at every level. */
function sorted(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(sorted);
  if (typeof json !== "object" || json === null) return json;
  const entries = Object.entries(json).map(([key, value]) => [key, sorted(value)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
