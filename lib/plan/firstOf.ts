/** The first of these texts as a list, and how many there are beside them: `a, b and 3 more`. */
export function firstOf(all: readonly string[], most: number): string {
  const more = all.length > most ? ` and ${all.length - most} more` : "";
  return `${all.slice(0, most).join(", ")}${more}`;
}
