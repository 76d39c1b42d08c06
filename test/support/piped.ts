import { type ExecFileOptions, execFile } from "node:child_process";
import { promisify } from "node:util";
import type { LocalSite } from "../../rehearsal/clusters/sites";

/**
 * Runs a program to its end with this input.
 * @returns what it wrote.
 * @throws Error with what it complained of, when it did not end with 0.
 */
export async function piped(
  command: string,
  args: readonly string[],
  input = "",
  options: ExecFileOptions = {},
): Promise<string> {
  const running = promisify(execFile)(command, args, { ...options, encoding: "utf8" });
  // Of a program that ends before it has read all, its exit tells whether that is a failure.
  running.child.stdin?.on("error", () => {}).end(input);
  return (await running).stdout;
}

/** Applies objects in a local site by kubectl, on the side of the server: a list of them, or their manifests. */
export function kubectlApply(
  kubectl: string,
  { kubeconfigFile }: Pick<LocalSite, "kubeconfigFile">,
  objects: string | readonly unknown[],
): Promise<string> {
  const manifests =
    typeof objects === "string" ? objects : JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  const args = ["--kubeconfig", kubeconfigFile, "apply", "--server-side", "--force-conflicts", "-f", "-"];
  return piped(kubectl, args, manifests);
}
