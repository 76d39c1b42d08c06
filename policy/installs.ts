import type { ResourceValidationArgs } from "@pulumi/policy";
import { isInstaller, known, type Observed, type ObservedResource, observe } from "pulumi-multisite/plan";
import { guarded } from "./guarded";
import type { Finding } from "./judged";
import type { Rule } from "./rule";

/** The charts that a run has come to, and what has been said of them before they were installed. */
export class Installs {
  private readonly charts = new Map<string, ObservedResource>();
  private readonly refused = new Map<Rule, Set<string | undefined>>();
  private last: { readonly urn: string; readonly before: Observed; readonly after: Observed } | undefined;

  /** Remembers a chart by what it is asked to be. */
  witness({ urn, type, name, props, provider }: ResourceValidationArgs): void {
    if (!isInstaller(type)) return;
    this.last = undefined;
    this.charts.set(urn, {
      ...{ urn, type, name, props: known(props), ignoreChanges: [], propertyDependencies: {} },
      ...(provider && { provider: { urn: provider.urn, type: provider.type, name: provider.name, props: {} } }),
    });
  }

  /**
   * What a rule finds against a chart that it would not find without it. Where others differ from each other already, only
   * what is about this one: the rest has been said.
   */
  findings(rule: Rule, urn: string): Finding[] {
    const { program } = rule;
    const { before, after } = this.around(urn) ?? {};
    if (program === undefined || before === undefined || after === undefined) return [];
    const found = guarded(rule, () => {
      const all = program(after);
      return program(before).length === 0 ? all : all.filter((one) => one.urn === urn);
    });
    if (found.length === 0) return [];
    this.refused.set(rule, (this.refused.get(rule) ?? new Set()).add(urn));
    return found.map((one) => ({ ...one, urn }));
  }

  /** Whether a rule has refused a chart in this run: the end of the run need not say it again. */
  hasRefused(rule: Rule, urn: string | undefined): boolean {
    return urn !== undefined && this.refused.get(rule)?.has(urn) === true;
  }

  /** Forgets all: the next run comes to its charts again. */
  forget(): void {
    this.charts.clear();
    this.refused.clear();
    this.last = undefined;
  }

  /** The charts without one of them, and with it; undefined for one that nobody has witnessed. Looked at once for all rules. */
  private around(urn: string): { readonly before: Observed; readonly after: Observed } | undefined {
    const own = this.charts.get(urn);
    if (own === undefined) return undefined;
    if (this.last?.urn !== urn) {
      const others = [...this.charts.values()].filter((one) => one !== own);
      this.last = { urn, before: observe(others), after: observe([...others, own]) };
    }
    return this.last;
  }
}
