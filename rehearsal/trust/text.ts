import {
  type Gate,
  generationIn,
  type LegalSteps,
  type RotationSubject,
  type SiteTrustFacts,
  type TrustFacts,
  type TrustStep,
} from "../../lib/plan/trustPhases";
import { table } from "../report/table";

/** What each site holds, as it was seen. */
export function sitesTable(subject: RotationSubject, facts: TrustFacts, passedOver: readonly string[]): string {
  const columns = ["SITE", "SEEN", "REVISION", "TRUSTS", "ROLLED", "ISSUED FROM", "FIRST EXPIRY"].map((heading) => ({
    heading,
  }));
  const rows = subject.sites.map(({ name, state }) => {
    const over = passedOver.includes(name) ? (state === "lost" ? "lost" : "expelled") : undefined;
    return [name, ...siteRow(facts.sites[name], over)];
  });
  return table(columns, rows);
}

function siteRow(seen: SiteTrustFacts | undefined, over: string | undefined): string[] {
  if (over !== undefined && seen?.reached !== true) return [`${over}: not awaited`];
  if (seen === undefined) return ["not asked"];
  if (!seen.reached) return [`not reached: ${seen.reason}`];
  const roots = new Set(seen.bundles.flatMap(({ roots: all }) => all.map(({ generation }) => generation ?? "unknown")));
  const pods = seen.consumers.flatMap((one) => one.pods);
  const hashes = new Set(seen.bundles.map(({ hash }) => hash));
  const rolled = pods.filter(({ hash, ready }) => ready && hash !== undefined && hashes.has(hash)).length;
  const leaves = new Set(seen.leaves.map(({ generation }) => generation ?? "unknown"));
  return [
    `${time(seen.seenAt)}${over === undefined ? "" : ` (${over})`}`,
    seen.revision === undefined ? "unknown" : String(seen.revision),
    [...roots].join(" ") || "nothing",
    `${rolled} of ${pods.length}`,
    [...leaves].join(" ") || "nothing",
    seen.leaves
      .map(({ notAfter }) => notAfter)
      .sort()[0]
      ?.slice(0, 10) ?? "",
  ];
}

/** Where the rotation stands, in one paragraph. */
export function phaseText({ rotation }: RotationSubject, { phase, passedOver }: LegalSteps): string {
  const roots = rotation.generations.map(({ name, state }) => `${name} ${state}`).join(", ");
  const moved = rotation.issuedByNext ?? [];
  const lines = [`Roots: ${roots}. Phase: ${phase}. Revision ${rotation.revision}.`];
  if (moved.length > 0) lines.push(`Issued from ${generationIn(rotation, "next")} already: ${moved.join(", ")}.`);
  if (passedOver.length > 0)
    lines.push(`Not awaited: ${passedOver.join(", ")}; to be issued anew before they are peered again.`);
  return lines.join("\n");
}

/** A step with its gates: those that hold it up one by one, with what was seen and when. */
export function stepText(step: TrustStep): string {
  const held = heldUp(step.gates);
  const title = `${step.kind} ${step.generation}${step.site === undefined ? "" : ` at ${step.site}`}`;
  const met = step.gates.length === 0 ? "Nothing must be so before." : `All of its ${step.gates.length} gates are met.`;
  return [
    `${title}: ${step.does}.`,
    ...(held.length === 0 ? [`  ${met}`] : ["  Not now, because:", ...held.map((line) => `    ${line}`)]),
  ].join("\n");
}

/** The gates that are not met; a site of which one thing was seen is named once, with all that it holds up. */
export function heldUp(gates: readonly Gate[]): string[] {
  const held = new Map<string, Gate[]>();
  for (const gate of gates.filter(({ met }) => !met)) {
    const key = JSON.stringify([gate.site, gate.seen]);
    held.set(key, [...(held.get(key) ?? []), gate]);
  }
  return [...held.values()].map((alike) => {
    const { site, seen, seenAt } = alike[0]!;
    if (site === undefined) return seen;
    const wanted = [...new Set(alike.map(({ condition }) => condition))].join("; ");
    return `${site}: ${seen}${seenAt === undefined ? "" : ` (seen ${time(seenAt)})`}; wanted: ${wanted}`;
  });
}

/** A time as people read it: the day is in the heading. */
export function time(iso: string): string {
  return `${iso.slice(11, 19)} UTC`;
}
