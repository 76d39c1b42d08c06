import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { Interrupted } from "../userError";
import type { KustomizationBuild } from "./provider/templates";

/** How kustomize is run: as the part of kubectl that it is. */
export interface KustomizeSetting {
  /** Absolute path of kubectl. */
  readonly kubectl: string;
  /** Absolute path of helm, which renders the charts in it. @default charts are refused */
  readonly helm?: string;
  /** Folder that relative paths start from: the program's. */
  readonly directory: string;
  readonly signal?: AbortSignal;
}

/** A build that takes longer waits for a remote base that does not answer. */
const BUILD_SECONDS = 120;
const LARGEST_BUILD_BYTES = 64 * 1024 * 1024;

/**
 * Builds a kustomization, in the order that `kubectl apply -k` has. Plugins stay off: a build runs nobody's code.
 * @throws Error in kustomize's words, Interrupted.
 */
export async function buildKustomization(asked: KustomizationBuild, setting: KustomizeSetting): Promise<string> {
  const { directory: cwd, kubectl, helm, signal } = setting;
  const args = [
    ...["kustomize", target(asked.directory, cwd)],
    ...(asked.isUnrestricted ? ["--load-restrictor", "LoadRestrictionsNone"] : []),
    ...(helm !== undefined ? ["--enable-helm", "--helm-command", helm] : []),
  ];
  const options = { cwd, timeout: BUILD_SECONDS * 1000, maxBuffer: LARGEST_BUILD_BYTES, encoding: "utf8" } as const;
  try {
    const { stdout } = await promisify(execFile)(kubectl, args, { ...options, ...(signal && { signal }) });
    return stdout;
  } catch (error) {
    if (signal?.aborted) throw new Interrupted();
    const { stderr = "", message, killed } = error as Error & { stderr?: string; killed?: boolean };
    const reason = killed ? `no answer within ${BUILD_SECONDS} s` : stderr.trim().replace(/^error: /, "") || message;
    const failed = new Error(`kustomize failed for directory ${JSON.stringify(asked.directory)}: ${reason}`);
    if (needsHelm(failed) && !asked.withHelm) failed.message += ENABLE_HELM;
    throw failed;
  }
}

const ENABLE_HELM = ". For charts in it, set PULUMI_K8S_KUSTOMIZE_HELM=true, as the real provider wants it";

/** Whether a kustomization has charts in it, and was built without helm. */
export function needsHelm({ message }: Error): boolean {
  return message.includes("--enable-helm");
}

/** A folder of a repository, as a browser shows it. */
const TREE = /^(https:\/\/[^/]+\/[^/]+\/[^/]+?)(?:\.git)?\/tree\/([^/]+)(?:\/(.+))?$/;

/** What kustomize is told: a folder that is there, or a folder of a repository in kustomize's own spelling. */
function target(directory: string, cwd: string): string {
  if (existsSync(resolve(cwd, directory))) return directory;
  if (!/^([a-z][a-z0-9+.-]*:\/\/|git@)/i.test(directory)) {
    throw new Error(
      `failed to retrieve specified kustomize directory: ${JSON.stringify(directory)}: there is no such folder in ${cwd}, and it is no URL of a Git repository`,
    );
  }
  const [, repository, ref, path = ""] = TREE.exec(directory) ?? [];
  return repository === undefined ? directory : `${repository}//${path}?ref=${ref}`;
}
