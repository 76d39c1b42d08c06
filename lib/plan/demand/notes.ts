/** What a reader must know about several workloads: one line per matter, however many workloads it concerns. */
export class Notes {
  private readonly matters = new Map<string, Set<string>>();

  /** Notes a matter about a subject. */
  add(matter: string, subject: string): void {
    const subjects = this.matters.get(matter);
    if (subjects === undefined) this.matters.set(matter, new Set([subject]));
    else subjects.add(subject);
  }

  /** The notes in the order of their first subject, with at most `most` subjects each. */
  lines(most = 8): string[] {
    return [...this.matters].map(([matter, subjects]) => {
      const shown = [...subjects].slice(0, most);
      const more = subjects.size > most ? ` and ${subjects.size - most} more` : "";
      return `${matter}: ${shown.join(", ")}${more}.`;
    });
  }
}
