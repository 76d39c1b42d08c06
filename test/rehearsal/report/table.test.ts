import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { figure, percent, table } from "../../../rehearsal/report/table";

describe("table", () => {
  it("aligns words to the left and numbers to the right", () => {
    const text = table(
      [{ heading: "SITE" }, { heading: "CPU", right: true }],
      [
        ["frankfurt", "7"],
        ["a", "120.5"],
      ],
    );
    assert.equal(text, ["  SITE         CPU", "  frankfurt      7", "  a          120.5"].join("\n"));
  });

  it("leaves out a column that has no value", () => {
    assert.equal(table([{ heading: "A" }, { heading: "B" }], [["x", ""]]), "  A\n  x");
  });
});

describe("figures", () => {
  for (const [value, text] of [
    [3, "3"],
    [0.1 + 0.2, "0.3"],
    [1 / 3, "0.33"],
    [1200.5, "1200.5"],
  ] as const) {
    it(`${value} reads ${text}`, () => assert.equal(figure(value), text));
  }

  for (const [value, text] of [
    [0, "+0 %"],
    [0.5, "+50 %"],
    [-0.01, "-1 %"],
    [-0.0001, "-0.1 %"],
    [0.3333, "+33.3 %"],
    [null, "-"],
  ] as const) {
    it(`a headroom of ${value} reads ${text}`, () => assert.equal(percent(value), text));
  }
});
