import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { CHAINS, KEEPERS, keeperNotes } from "../../../lib/plan/trust/keepers";
import { trustPlan } from "../../../lib/plan/trust/trustPlan";

/** Rows of the table of a page whose first heading is given, as texts. */
function tableOf(heading: string): string[][] {
  const lines = readFileSync(join(__dirname, "../../../docs/trust.md"), "utf8").split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} |`));
  const end = lines.findIndex((line, index) => index > start && !line.startsWith("|"));
  return lines.slice(start + 2, end).map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

test("the page shows who signs, what is in the state and what it costs, as the plan has it", () => {
  const rows = Object.entries(KEEPERS).map(([keeper, { signs, keysInState, renewedBy, sitePathLength, price }]) => [
    `\`${keeper}\``,
    ...[
      signs,
      keysInState.join(", "),
      renewedBy,
      sitePathLength === undefined ? "none of its own" : `${sitePathLength}`,
    ],
    price === undefined
      ? ""
      : `${price.perMonth}, and ${price.perCertificate} (${price.source}, ${price.readOn ?? "not verified"})`,
  ]);
  assert.deepEqual(tableOf("`keeper`"), rows);
});

test("the page shows each consumer's chain as the plan has it", () => {
  const rows = Object.entries(CHAINS).map(([consumer, parts]) => [`\`${consumer}\``, parts.join(", ")]);
  assert.deepEqual(tableOf("Consumer"), rows);
});

test("the plan says where every root's key is, and what is to be signed by hand", () => {
  const generations = [
    { name: "g1", state: "active" as const },
    { name: "g2", state: "next" as const },
  ];
  const plan = trustPlan(
    {
      trustDomain: "shop.example.com",
      rotation: { revision: 1, generations },
      roots: { g1: { keeper: "offline" } },
      hubble: false,
    },
    [{ name: "oslo", number: 1, state: "active", kind: "existing" }],
    255,
  );
  assert.deepEqual(keeperNotes(plan), [
    'Root g1 (active) is kept by "offline". Who signs: whoever has the key, by hand; its key is in no state.',
    "Root g1 signs 4 certificates by hand: oslo-g1-mesh-server, oslo-g1-mesh-admin, oslo-g1-mesh-remote, oslo-g1-mesh-local.",
    `Root g2 (next) is kept by "state", the default. Who signs: the tls provider; its key is in the trust stack's state, encrypted: whoever can decrypt that can speak for every site.`,
  ]);
});
