import type { LinkPlan, UnderlayPlan } from "../../lib/plan/underlay";
import type { Terminal } from "../terminal";
import { type Column, figure, table } from "./table";

/** What links the sites' networks, as `--json` writes it. */
export interface ReportLinks {
  topology: "mesh" | "hubs";
  /** Bytes that the narrowest link passes. */
  mtuBytes: number;
  /** Between two sites, or between the hubs of two clouds. */
  links: ReportLink[];
  /** Sites at their cloud's wide area network, where they meet without a link of their own. */
  attached: string[];
  /** Pairs of sites that nothing links, and what to declare. */
  missing: { sites: string[]; message: string }[];
  notes: string[];
}

export interface ReportLink {
  name: string;
  kind: LinkPlan["kind"];
  /** Whether it is the team's: nothing is made for it but openings. */
  isGiven: boolean;
  mtuBytes: number;
  /** null where nobody says, and where the cloud's backbone carries what machines send. */
  bandwidthMbps: number | null;
  bandwidthMbpsWithOneTunnelLost: number | null;
  tunnels: number;
  /** The stack that makes it; null for one that is given. */
  stack: string | null;
}

/** The links of a plan; null where its networks are not linked. */
export function reportLinks(underlay: UnderlayPlan | undefined): ReportLinks | null {
  if (underlay === undefined) return null;
  const { topology, mtuBytes, links, attachments, missing, notes } = underlay;
  return {
    topology,
    mtuBytes,
    links: links.map((link) => ({
      name: link.name,
      kind: link.kind,
      isGiven: link.isGiven,
      mtuBytes: link.mtuBytes,
      bandwidthMbps: link.bandwidthMbps ?? null,
      bandwidthMbpsWithOneTunnelLost: link.bandwidthMbpsWithOneTunnelLost ?? null,
      tunnels: link.tunnels.length,
      stack: link.stack ?? null,
    })),
    attached: attachments.map(({ site }) => site),
    missing: missing.map(({ sites, message }) => ({ sites: [...sites], message })),
    notes: [...notes],
  };
}

/** Links, and pairs without one, that are shown one by one. */
const SHOWN = 12;

/** What links the sites, what is missing, and what is to be decided or asked for first. */
export function linksText(links: ReportLinks | null, colors: Terminal["colors"]): string {
  if (links === null) return "";
  const lines = [`Links (${shapeOf(links)}; the narrowest passes ${links.mtuBytes} bytes)`];
  if (links.links.length > 0) lines.push(...shown(tableOf(links.links.slice(0, SHOWN)), links.links.length, "links"));
  if (links.missing.length > 0) {
    lines.push(colors.red("Missing:"));
    const messages = links.missing.slice(0, SHOWN).map(({ message }) => `  - ${message}`);
    lines.push(...shown(messages.join("\n"), links.missing.length, "pairs"));
  }
  if (links.notes.length > 0) lines.push("Note:", ...links.notes.map((note) => `  - ${note}`));
  return lines.join("\n");
}

function shapeOf({ topology, attached }: ReportLinks): string {
  if (topology === "mesh") return "each two networks directly";
  return `${attached.length} networks at the wide area networks of their clouds, clouds by hubs`;
}

function shown(text: string, all: number, what: string): string[] {
  return all > SHOWN ? [text, `  ... and ${all - SHOWN} ${what} more: --json has all`] : [text];
}

function tableOf(links: readonly ReportLink[]): string {
  const columns: Column[] = [
    { heading: "LINK" },
    { heading: "KIND" },
    { heading: "MADE IN" },
    { heading: "MTU", right: true },
    { heading: "MBIT/S", right: true },
    { heading: "ONE TUNNEL LOST", right: true },
    { heading: "TUNNELS", right: true },
  ];
  const amount = (value: number | null) => (value === null ? "" : figure(value));
  const rows = links.map((link) => [
    link.name,
    link.kind,
    link.stack ?? "by the team",
    figure(link.mtuBytes),
    amount(link.bandwidthMbps),
    amount(link.bandwidthMbpsWithOneTunnelLost),
    link.tunnels === 0 ? "" : figure(link.tunnels),
  ]);
  return table(columns, rows);
}
