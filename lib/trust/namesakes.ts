import * as pulumi from "@pulumi/pulumi";
import type { TrustPlan } from "../plan/trust/plan";

interface Declared {
  readonly name: string;
  readonly generations: readonly string[];
  /** Of a resource's URN its parents' types are a part, and their names are not. */
  readonly parent: unknown;
}

/** The trusts of each program that runs in this process. */
const declared = new WeakMap<object, Declared[]>();

/** What is wrong with a trust beside those that its program has already: their roots would be the same resources. */
export function namesakeProblems({ roots }: TrustPlan, parent: pulumi.Resource | undefined): string[] {
  return trusts().flatMap(({ name, generations, parent: other }) => {
    const both = roots.map(({ generation }) => generation).filter((generation) => generations.includes(generation));
    if (both.length === 0 || other !== parent?.constructor) return [];
    return [
      `Trust "${name}" of this program has a root ${both.join(", ")} too, and resources are named after their generation: give each trust ` +
        "a stack of its own.",
    ];
  });
}

/** Remembers a trust that is about to be declared. */
export function declare(name: string, { roots }: TrustPlan, parent: pulumi.Resource | undefined): void {
  trusts().push({ name, generations: roots.map(({ generation }) => generation), parent: parent?.constructor });
}

/** Those of the program that runs now. */
function trusts(): Declared[] {
  const program = pulumi.runtime.getMonitor();
  if (program === undefined) return [];
  const known = declared.get(program) ?? [];
  declared.set(program, known);
  return known;
}
