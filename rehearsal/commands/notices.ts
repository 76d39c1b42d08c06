import type { Diagnostic, RunResult } from "../engine";
import type { Terminal } from "../terminal";

/**
 * Shows what an engine, its providers, the program and policy packs have to say that is no error, each once: a preview and an update
 * say the same.
 */
export class Notices {
  private readonly said = new Set<string>();

  constructor(private readonly terminal: Terminal) {}

  hear(diagnostic: Diagnostic): void {
    const { severity } = diagnostic;
    if (severity !== "warning" && severity !== "info") return;
    this.say(`${severity === "warning" ? "warning: " : ""}${withSubject(diagnostic)}`);
  }

  /** Errors of a run that went on all the same, as the program's own do. Those of one that failed are told with its failure. */
  hearErrors({ failure, diagnostics }: RunResult): void {
    if (failure !== undefined) return;
    for (const one of diagnostics) if (one.severity === "error") this.say(`error: ${withSubject(one)}`);
  }

  say(text: string): void {
    if (this.said.has(text)) return;
    this.said.add(text);
    this.terminal.err(text);
  }
}

/** A message with the resource that it is about, if it is about one. */
export function withSubject({ urn, message }: Diagnostic): string {
  const isOfResource = urn !== "" && !urn.includes("pulumi:pulumi:Stack::");
  return `${isOfResource ? `${urn.split("::").slice(2).join("::")}: ` : ""}${message.trim()}`;
}
