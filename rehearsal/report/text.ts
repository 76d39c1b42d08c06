import type { Terminal } from "../terminal";
import { linksText } from "./links";
import type { Report, ReportCapacity, ReportLoss, ReportViolation } from "./report";
import { type Column, figure, percent, table } from "./table";
import { trafficText } from "./traffic";

/** Losses that are shown one by one; of more, only the worst. */
const SHOWN_LOSSES = 12;
/** Workloads that are shown one by one. */
const SHOWN_WORKLOADS = 40;

type Colors = Terminal["colors"];

/** The sites, with what they guarantee and how many resources are theirs; nothing where there are none. */
export function sitesText(report: Report, resourcesOf: (site: string) => number | undefined): string {
  const columns: Column[] = [
    { heading: "SITE" },
    { heading: "NO", right: true },
    { heading: "STATE" },
    { heading: "FAULT DOMAIN" },
    { heading: "CPU", right: true },
    { heading: "MEMORY GiB", right: true },
    { heading: "PODS", right: true },
    { heading: "NODES IN" },
    { heading: "PODS IN" },
    { heading: "SERVICES IN" },
    { heading: "RESOURCES", right: true },
  ];
  if (report.sites.length === 0) return "";
  const rows = report.sites.map((site) => [
    site.name,
    site.number === null ? "" : String(site.number),
    site.state,
    site.faultDomain,
    figure(site.guaranteed.cpu),
    figure(site.guaranteed.memoryGiB),
    figure(site.guaranteed.pods),
    site.nodeCidr ?? "",
    site.podCidr ?? "",
    site.serviceCidr ?? "",
    resourcesOf(site.name)?.toString() ?? "",
  ]);
  return `Sites (capacity is what they guarantee to workloads)\n${table(columns, rows)}`;
}

/** What the workloads ask for, and what asks for nothing. */
function demandText(report: Report): string {
  const { demand } = report;
  const lines = [
    `Demand: ${figure(demand.cpu)} cores, ${figure(demand.memoryGiB)} GiB of memory, ${figure(demand.pods)} pods, all sites together`,
  ];
  if (demand.withoutRequests.length > 0) {
    const { length } = demand.withoutRequests;
    const containers = length === 1 ? "One container asks" : `${length} containers ask`;
    lines.push(
      `  ${containers} for no CPU or no memory, which counts as nothing of it: ${demand.withoutRequests.join(", ")}`,
    );
  }
  return lines.join("\n");
}

/** What each site runs before anything fails. */
function placementText(report: Report): string {
  const { sites, ...total } = report.placed;
  const columns: Column[] = [
    { heading: "SITE" },
    { heading: "SHARE", right: true },
    { heading: "AT WORST", right: true },
    { heading: "CAN CARRY", right: true },
    { heading: "CPU", right: true },
    { heading: "MEMORY GiB", right: true },
    { heading: "PODS", right: true },
  ];
  const share = (value: number) => `${figure(value * 100)} %`;
  const rows = sites.map((site) => [
    site.site,
    share(site.share),
    share(site.worstShare),
    share(site.capableShare),
    figure(site.cpu),
    figure(site.memoryGiB),
    figure(site.pods),
  ]);
  rows.push(["all", "", "", "", figure(total.cpu), figure(total.memoryGiB), figure(total.pods)]);
  const text = [`Placement (each site already runs its part after the worst loss)\n${table(columns, rows)}`];
  const workloads = [...new Set(sites.flatMap((site) => Object.keys(site.replicas)))];
  if (workloads.length > 0) {
    const shown = workloads.slice(0, SHOWN_WORKLOADS);
    const heading: Column[] = [
      { heading: "WORKLOAD" },
      ...sites.map((site) => ({ heading: site.site.toUpperCase(), right: true })),
    ];
    const body = shown.map((workload) => [workload, ...sites.map((site) => String(site.replicas[workload] ?? 0))]);
    text.push(`Replicas\n${table(heading, body)}`);
    if (shown.length < workloads.length)
      text.push(`  ... and ${workloads.length - shown.length} workloads more: --json has all`);
  }
  return text.join("\n\n");
}

/**
 * The N+1 table: what is left of each resource after each loss.
 * @param asked sites whose common loss was asked about; empty: every loss.
 */
function lossesText(capacity: ReportCapacity, asked: readonly string[], colors: Colors): string {
  if (capacity.losses.length === 0) return "";
  const columns: Column[] = [
    { heading: "LOST" },
    { heading: "RESOURCE" },
    { heading: "NEED", right: true },
    { heading: "HAVE", right: true },
    { heading: "HEADROOM", right: true },
    { heading: "" },
  ];
  const shown = capacity.losses.slice(0, SHOWN_LOSSES);
  const rows = shown.flatMap((loss) =>
    loss.resources
      .filter((resource) => resource.need > 0)
      .map((resource, index) => [
        index === 0 ? lostName(loss) : "",
        resource.resource,
        figure(resource.need),
        resource.have === null ? "not limited" : figure(resource.have),
        percent(resource.headroom),
        shortText(resource),
      ]),
  );
  const title = `Losing ${lossInWords(capacity, asked)}`;
  const lines = table(columns, rows)
    .split("\n")
    .map((line) => (/ short [\d.]+$/.test(line) ? colors.red(line) : line));
  const more = capacity.losses.length - shown.length;
  if (more > 0) lines.push(`  ... and ${more} combinations that are no worse`);
  return `${title}\n${lines.join("\n")}`;
}

function shortText({ need, have }: ReportLoss["resources"][number]): string {
  return have !== null && have < need ? `short ${figure(need - have)}` : "";
}

function lostName(loss: ReportLoss): string {
  return loss.sites.join(" + ") || loss.faultDomains.join(" + ");
}

/** What to say of a program in which nothing could fail to hold. */
export const UNJUDGED =
  "Verdict: none. The program builds no sites, or nothing says what they must carry: give --workloads, or a Fleet's demand.";

/** Demand, placement, losses, traffic, links and verdict, one part each. */
export function judgementText(report: Report, asked: readonly string[], colors: Colors): string[] {
  return [
    demandText(report),
    placementText(report),
    lossesText(report.capacity, asked, colors),
    trafficText(report.traffic, colors),
    linksText(report.links, colors),
    verdictText(report.capacity, asked, colors),
  ];
}

function lossInWords({ tolerate, faultDomain }: ReportCapacity, asked: readonly string[]): string {
  if (asked.length > 0) return asked.join(" and ");
  if (tolerate === 0) return `no further ${faultDomain}`;
  return tolerate === 1 ? `any one ${faultDomain}` : `any ${tolerate} ${faultDomain}s`;
}

/** The verdict in one sentence, what it costs, and what to change. */
function verdictText(capacity: ReportCapacity, asked: readonly string[], colors: Colors): string {
  const paint = capacity.holds ? colors.green : colors.red;
  const word = capacity.holds ? "HOLDS" : capacity.verdict === "does not hold" ? "DOES NOT HOLD" : "CANNOT BE PROVEN";
  const lines = [`Verdict: ${paint(colors.bold(word))} for the loss of ${lossInWords(capacity, asked)}.`];
  if (capacity.factor !== null) {
    const least = capacity.minimumFactor === null ? "" : `; ${figure(capacity.minimumFactor)}x is the least possible`;
    const binding = capacity.binding === null ? "" : ` (${capacity.binding} is the scarcest)`;
    lines.push(`Cost: capacity is ${figure(capacity.factor)}x the demand${binding}${least}.`);
  }
  if (capacity.fixes.length > 0) {
    lines.push("The smallest change that makes it hold:", ...capacity.fixes.map((fix) => `  - ${fix}`));
  }
  if (capacity.notes.length > 0) lines.push("Note:", ...capacity.notes.map((note) => `  - ${note}`));
  return lines.join("\n");
}

/** What the policies found, the mandatory ones first. */
export function violationsText(violations: readonly ReportViolation[], colors: Colors): string {
  const count = (level: string) => violations.filter((violation) => violation.level === level).length;
  const head = `Policies: ${count("mandatory")} mandatory, ${count("advisory")} advisory violations`;
  const order = [...violations].sort((a, b) => Number(b.level === "mandatory") - Number(a.level === "mandatory"));
  const body = order.map((violation) => {
    const level = violation.level === "mandatory" ? colors.red("[mandatory]") : colors.yellow(`[${violation.level}]`);
    const on = violation.urn ? ` on ${violation.urn.split("::").slice(2).join("::")}` : "";
    return `  ${level} ${violation.policy}${on}\n${indent(violation.message, 6)}`;
  });
  return [head, ...body].join("\n");
}

function indent(text: string, by: number): string {
  return text
    .split("\n")
    .map((line) => " ".repeat(by) + line)
    .join("\n");
}
