import { isOverloaded, type RoutedShares, type RoutedSite } from "./received";

/** What the services do to the verdict: the most overloaded survivor of each of them, in words. */
export function routingNotes({ sites, users }: RoutedShares): string[] {
  const overloaded = sites.filter(isOverloaded);
  if (overloaded.length === 0) return [];
  const worst = overloaded.reduce((a, b) => (b.worst - b.capable > a.worst - a.capable ? b : a));
  const more = overloaded.length > 1 ? ` ${overloaded.length - 1} more would be overloaded too.` : "";
  const serving = new Set(sites.map(({ site }) => site));
  const idle = Object.keys(users).filter((site) => !serving.has(site));
  return [`${whenText(worst, idle)}, ${overloadText(worst)}${more}`];
}

/** When it happens: where no more need be lost, with sites that serve nothing already. */
function whenText({ lost }: RoutedSite, idle: readonly string[]): string {
  if (lost.length > 0) return `After the loss of ${lost.join(" and ")}`;
  return idle.length > 0 ? `Without ${idle.join(" and ")}` : "With every site there";
}

/** One survivor that gets more than it carries. */
function overloadText({ site, users, worst, capable, service }: RoutedSite): string {
  return (
    `${service} brings ${percent(worst)} of all users to site ${site} (${percent(users)} are its own), which ` +
    `carries ${percent(capable)}.`
  );
}

function percent(part: number): string {
  return `${Math.round(part * 1e4) / 100} %`;
}
