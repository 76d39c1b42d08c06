import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Names of the folders of labs, and of their control groups. */
export const PREFIX = "multisite-mesh-";

/** A control group that goes when we end, however that is. */
export interface Group {
  readonly path: string;
  /** Resolves when the group is gone. Its processes must end, or have ended. */
  end(): Promise<void>;
}

/**
 * Makes a group, and starts who removes it: a process of its own that waits for the end of a pipe to us, so that Ctrl-C and
 * SIGKILL leave no group. It gives up after two minutes, should a process live on.
 */
export function openGroup(cgroups: string, name: string): Group {
  sweep(cgroups);
  const path = join(cgroups, name);
  mkdirSync(path);
  const remover = spawn("/bin/sh", ["-c", REMOVE, "sh", path], {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const ended = new Promise<void>((resolve) => remover.once("exit", () => resolve()));
  // It must not keep us alive: what is left open here is a mistake that is cleaned up all the same.
  remover.unref();
  return {
    path,
    end: () => {
      remover.stdin.end();
      remover.ref();
      return ended;
    },
  };
}

/** A group can go once the last of its processes is reaped. */
const REMOVE = `cat
for attempt in $(seq 600); do
  rmdir "$1"/* "$1" 2> /dev/null
  [ -d "$1" ] || exit 0
  sleep 0.2
done`;

/** Groups whose labs are gone, and whose removers were killed with them. */
function sweep(cgroups: string): void {
  for (const left of readdirSync(cgroups).filter((name) => name.startsWith(PREFIX))) {
    if (existsSync(join(tmpdir(), left))) continue;
    try {
      for (const one of readdirSync(join(cgroups, left), { withFileTypes: true }))
        if (one.isDirectory()) rmdirSync(join(cgroups, left, one.name));
      rmdirSync(join(cgroups, left));
    } catch {
      // It is another lab's, which is about to end.
    }
  }
}
