import type { RunContext } from "./context";
import type { Generator } from "./generator";
import { makeUrn, stackType } from "./urns";

/** Shows the policies all resources as the run leaves them. What they find at none of these is the stack's own. */
export async function analyzeStack(context: RunContext, generator: Generator): Promise<void> {
  const packs = await context.packs;
  if (packs.length === 0) return;
  const resources = [...context.news.values()].map((state) => generator.judgedByOutputs(state));
  const found = await Promise.all(packs.map((pack) => pack.analyzeStack(resources)));
  const { stack, project, news } = context;
  const urn = makeUrn(stack, project, "", stackType, `${project}-${stack}`);
  for (const violation of found.flat()) context.violated(news.has(violation.urn) ? violation : { ...violation, urn });
}
