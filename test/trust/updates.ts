import { simulatedClouds } from "../../rehearsal/clouds";
import { type Deployment, openSession, type RunResult } from "../../rehearsal/engine";

/** What an update did, and the state that it left. */
export interface Updated {
  readonly result: RunResult;
  readonly left: Deployment;
}

/** One update, from a state to a state. */
export async function updated(dir: string, state: Deployment | undefined): Promise<Updated> {
  const sources = [simulatedClouds({ moduleRoots: [dir] })];
  const session = await openSession({ projectDir: dir, sources, passphrase: "", ...(state && { state }) });
  try {
    return { result: await session.up(), left: session.deployment() };
  } finally {
    await session.close();
  }
}

export function errors({ diagnostics }: RunResult): string[] {
  return diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
}

/** What `pulumi state unprotect` does to all resources of a name. */
export function unprotected(state: Deployment, name: string): Deployment {
  const resources = (state.deployment.resources ?? []).map((one) => {
    const { protect, ...rest } = one as typeof one & { protect?: boolean };
    return one.urn.endsWith(`::${name}`) ? rest : one;
  });
  return { ...state, deployment: { ...state.deployment, resources } };
}

/** Names of the resources of a type in a state. */
export function namesOf({ deployment }: Deployment, type: string): string[] {
  return (deployment.resources ?? []).flatMap((one) => (one.type === type ? [one.urn.split("::").at(-1)!] : []));
}
