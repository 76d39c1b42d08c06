import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RunResult } from "../../../rehearsal/engine";
import { parseSeconds } from "../../../rehearsal/engine/goals";
import { labSource, withLab } from "./lab";

describe("custom timeouts", () => {
  it("are read as Go reads durations", () => {
    const seconds = { "1h30m": 5400, ".5s": 0.5, "2.s": 2, "+3m": 180, "1m.5s": 60.5, "0": 0, "-5m": -300, "": 0 };
    for (const [text, expected] of Object.entries(seconds)) assert.equal(parseSeconds(text), expected, text);
    assert.equal(parseSeconds("4\u03bcs"), parseSeconds("4\u00b5s"));
    for (const text of ["five", "5", "1 m", "+", ".s", "1m-5s", "0x1s"])
      assert.throws(() => parseSeconds(text), /unable to parse customTimeout Value/, text);
  });

  it("stand in the state also where their notation is unusual", () =>
    withLab(
      `new Thing("a", {}, { customTimeouts: { create: ".5s", update: "-5m", delete: "0" } });`,
      async (session) => {
        const result: RunResult = await session.up();
        assert.deepEqual(result.diagnostics, []);
        const thing = session.deployment().deployment.resources?.find(({ type }) => type === "lab:index:Thing");
        assert.deepEqual(thing?.customTimeouts, { create: 0.5, update: -300 });
      },
    ));

  it("of reads stand in the state, and are told to the provider that reads resources again", async () => {
    const told: number[] = [];
    const source = labSource([], (own) => ({
      read: (request) => {
        told.push(request.timeoutSeconds);
        return own.read(request);
      },
    }));
    await withLab(
      `new Thing("a", {}, { customTimeouts: { read: "90s" } });`,
      async (session) => {
        await session.up();
        const thing = session.deployment().deployment.resources?.find(({ type }) => type === "lab:index:Thing");
        assert.deepEqual(thing?.customTimeouts, { read: 90 });
        await session.preview();
        assert.deepEqual(told, [90]);
      },
      { sources: [source], refresh: ["lab"] },
    );
  });
});
