import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { masked } from "../../../rehearsal/report/mask";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const secret = (value: unknown) => ({ [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", value });
const CANARY = "canary-7f3a";

it("shows nothing of a secret, wherever it lies", () => {
  const tree = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: "small" },
      fc.constant(secret(CANARY)),
      fc.constant(secret({ deep: [CANARY] })),
      fc.constant({ [SIGNATURE]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", secret: true, value: CANARY }),
      fc.integer(),
      fc.array(tie("node"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("a", "b", "value"), tie("node"), { maxKeys: 3 }),
    ),
  })).node;
  fc.assert(fc.property(tree, (value) => !JSON.stringify(masked(value)).includes(CANARY)));
});

it("names what is unknown and keeps what is plain", () => {
  assert.deepEqual(
    masked({
      a: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
      b: [1, null, secret("x")],
      c: { [SIGNATURE]: "d0e6a833031e9bbcd3f4e8bde6ca49a4" },
    }),
    { a: "[unknown]", b: [1, null, "[secret]"], c: "[unknown]" },
  );
});
