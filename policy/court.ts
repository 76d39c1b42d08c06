import type { PolicyResource, ResourceValidationArgs } from "@pulumi/policy";
import { FLEET, isInstaller, isObserved, known } from "pulumi-multisite/plan";
import { judgeFleet } from "./fleetJudged";
import { Installs } from "./installs";
import type { Configured, JudgedFleet } from "./judged";
import type { Rule, RuleFacts } from "./rule";
import { merged, type Settings, settingNames } from "./settings";
import { LookedAtStack } from "./stack";

/**
 * Where the rules of the pack meet: it looks at a fleet or a stack once for all of them.
 *
 * The SDK calls the policies of a pack one after the other within one turn of the event loop. What the first one saw is
 * kept for that turn only, so nothing is ever judged by what another call has seen.
 */
export class Court {
  /** Settings of the whole pack, as the first policy has them in this call. */
  shared: Settings = {};
  private readonly own = new Map<string, Configured>();
  private readonly declared = new Map<string, { readonly name: string; readonly props: unknown }>();
  private readonly inputs = new Map<string, unknown>();
  /** Charts, which rules are asked about one by one. */
  readonly installs = new Installs();
  private last: { readonly key: string; readonly fleet: JudgedFleet } | undefined;
  private stack: LookedAtStack | undefined;
  /** Resources under way in this turn of the event loop, as the first policy saw them. */
  private readonly underWay = { fleets: 0, charts: 0, others: 0 };

  /** @param today the day of a run, `YYYY-MM-DD`; a function, because a pack may live longer than a day */
  constructor(readonly today: () => string) {}

  /**
   * Remembers what a resource is asked to be. A provider whose own settings are unknown, as a cluster's Kubernetes provider
   * is before the cluster exists, answers nothing at a preview, so stack policies see its resources without properties.
   */
  witness(args: ResourceValidationArgs): void {
    const { urn, type, props } = args;
    if (isObserved(type) || type === FLEET) this.inputs.set(urn, known(props));
    this.installs.witness(args);
  }

  /**
   * Says, before the rules are asked about a resource, of what type it is. Resources come side by side: only while none of
   * those under way is one that rules are about can they be spared. Where the first policy does not run, nothing is said.
   */
  expect(type: string): void {
    const kind = type === FLEET ? "fleets" : isInstaller(type) ? "charts" : "others";
    this.underWay[kind]++;
    setImmediate(() => {
      this.underWay[kind]--;
    });
  }

  /** Whether all resources under way are known to be none that this rule is about. */
  expectsNothingFor(rule: Rule): boolean {
    const { fleets, charts, others } = this.underWay;
    return charts + others > 0 && fleets === 0 && !this.expectsChartFor(rule);
  }

  /** Whether a chart is under way, and the rule judges charts. */
  expectsChartFor({ atInstall }: Rule): boolean {
    return atInstall === true && this.underWay.charts > 0;
  }

  share(settings: Settings): void {
    this.shared = settings;
    setImmediate(() => {
      if (this.shared === settings) this.shared = {};
    });
  }

  /** @param known names of the settings that the rule has */
  learn({ name }: RuleFacts, settings: Settings, known: readonly string[] = settingNames): void {
    this.own.set(name, { rule: name, settings, known });
  }

  /** Whether the rule has been asked before, so that its own settings are known. */
  hasLearned({ name }: Rule): boolean {
    return this.own.has(name);
  }

  /** Settings as they were given: of the whole pack, and of every rule that has been asked so far. */
  configured(): Configured[] {
    return [{ rule: undefined, settings: this.shared, known: settingNames }, ...this.own.values()];
  }

  /** Whether the stack was looked at in this very call, and the rule has nothing to say about it. */
  hasNothingAgainst(rule: Rule): boolean {
    const own = this.own.get(rule.name);
    if (own === undefined || this.stack === undefined) return false;
    return this.stack.findings(rule, merged(this.shared, own.settings)).length === 0;
  }

  /** The fleet that a Fleet component declares, judged under the settings of one rule. */
  fleet(args: ResourceValidationArgs, settings: Settings): JudgedFleet {
    const props = known(args.props);
    this.declared.set(args.urn, { name: args.name, props });
    const key = JSON.stringify([args.urn, props, settings, this.today()], (_, value: unknown) =>
      typeof value === "symbol" ? String(value) : value,
    );
    if (this.last?.key !== key) {
      this.last = { key, fleet: judgeFleet(args.name, args.urn, props, settings, this.today()) };
    }
    return { ...this.last.fleet, configured: this.configured() };
  }

  /** Looks at the resources of a stack, for all rules of this call. */
  look(resources: readonly PolicyResource[]): LookedAtStack {
    const stack = new LookedAtStack(
      resources,
      { fleets: this.declared, inputs: this.inputs, configured: () => this.configured() },
      this.shared,
      this.today(),
    );
    this.stack = stack;
    setImmediate(() => {
      if (this.stack === stack) this.stack = undefined;
      this.installs.forget();
    });
    return stack;
  }

  /** What was looked at in this call. */
  current(): LookedAtStack | undefined {
    return this.stack;
  }
}
