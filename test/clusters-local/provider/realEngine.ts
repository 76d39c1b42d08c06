import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import type { TestContext } from "node:test";
import { temporaryFolder } from "../../support/folders";

/** Why nothing can be compared with the real engine; false where the CLI and the real Kubernetes plugin are installed. */
export function noRealEngine(): string | false {
  const { stdout, status } = spawnSync("pulumi", ["plugin", "ls", "--json"], { encoding: "utf8" });
  if (status !== 0) return "no pulumi CLI on the PATH (https://www.pulumi.com/docs/install/)";
  const plugins = JSON.parse(stdout) as { name: string; kind: string }[];
  const isThere = plugins.some(({ name, kind }) => name === "kubernetes" && kind === "resource");
  return isThere ? false : "the real Kubernetes plugin is not installed (pulumi plugin install resource kubernetes)";
}

/** Runs the real CLI on the program of a folder, in a stack of its own; gives what it printed. */
export function realEngine(test: TestContext, folder: string): (...args: string[]) => string {
  const env = {
    ...process.env,
    PULUMI_BACKEND_URL: `file://${temporaryFolder(test)}`,
    PULUMI_CONFIG_PASSPHRASE: "case",
  };
  const pulumi = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync("pulumi", [...args, "--non-interactive"], {
      ...{ cwd: folder, env, encoding: "utf8" },
    });
    assert.equal(status, 0, `${stdout}\n${stderr}`);
    return stdout;
  };
  pulumi("stack", "init", "dev");
  return pulumi;
}
