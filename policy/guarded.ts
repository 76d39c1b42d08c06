import type { Excepted } from "./exceptions";
import type { Finding } from "./judged";
import type { RuleFacts } from "./rule";

/**
 * What a rule finds, without what is accepted for now. A rule that fails is violated: the SDK would end the whole run
 * with a stack trace, and a rule that could not be judged has proven nothing.
 */
export function guarded(
  rule: Pick<RuleFacts, "name">,
  find: () => readonly Finding[],
  excepted: Excepted = () => false,
): Finding[] {
  try {
    return find().filter(({ site }) => !excepted(rule.name, site));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [
      { message: `The rule could not be judged: ${reason}. This is a defect of the policy pack; please report it.` },
    ];
  }
}
