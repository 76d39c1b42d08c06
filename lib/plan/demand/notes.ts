import { firstOf } from "../firstOf";
/** What a matter means for the demand: `uncounted` is asked for, and in no number. */
export type Meaning = "uncounted";

/** Notes a matter about the object that is read. */
export type OnNote = (matter: string, meaning?: Meaning) => void;

/** What a reader must know about several workloads: one line per matter, however many workloads it concerns. */
export class Notes {
  private readonly matters = new Map<string, Set<string>>();
  private readonly uncountedMatters = new Set<string>();

  /** Notes a matter about a subject. */
  add(matter: string, subject: string, meaning?: Meaning): void {
    const subjects = this.matters.get(matter);
    if (subjects === undefined) this.matters.set(matter, new Set([subject]));
    else subjects.add(subject);
    if (meaning === "uncounted") this.uncountedMatters.add(matter);
  }

  /** The notes in the order of their first subject, with at most `most` subjects each. */
  lines(most = 8): string[] {
    return [...this.matters.keys()].map((matter) => this.line(matter, most));
  }

  /** Those of what is asked for and was not counted. */
  uncounted(most = 8): string[] {
    return [...this.matters.keys()]
      .filter((matter) => this.uncountedMatters.has(matter))
      .map((matter) => this.line(matter, most));
  }

  private line(matter: string, most: number): string {
    return `${matter}: ${firstOf([...(this.matters.get(matter) ?? [])], most)}.`;
  }
}
