import { isOverloaded, type RoutedShares, type RoutedSite } from "./received";

/** What the services do to the verdict: the most overloaded survivor of each of them, in words. */
export function routingNotes({ sites }: RoutedShares): string[] {
  const overloaded = sites.filter(isOverloaded);
  if (overloaded.length === 0) return [];
  const worst = overloaded.reduce((a, b) => (b.worst - b.capable > a.worst - a.capable ? b : a));
  const more = overloaded.length > 1 ? ` ${overloaded.length - 1} more would be overloaded too.` : "";
  return [`${overloadText(worst)}${more}`];
}

/** One survivor that gets more than it carries. */
export function overloadText({ site, users, worst, capable, service, lost }: RoutedSite): string {
  const when = lost.length === 0 ? "With every site there" : `After the loss of ${lost.join(" and ")}`;
  return (
    `${when}, ${service} brings ${percent(worst)} of all users to site ${site} (${percent(users)} are its own), which ` +
    `carries ${percent(capable)}.`
  );
}

function percent(part: number): string {
  return `${Math.round(part * 1e4) / 100} %`;
}
