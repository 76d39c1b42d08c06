import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";

/** A folder that is gone after the test. */
export function temporaryFolder(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "multisite-test-"));
  test.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Writes a program in the language of the shell, and returns its path. */
export function shellProgram(file: string, body: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** Milliseconds between two looks, at the least and at the most. */
const [SHORTEST, LONGEST] = [25, 500];

/**
 * Waits until something is so. It looks again after a tenth of the time that it has waited already: often in the beginning,
 * and seldom where something takes its time, since each look costs both sides work.
 * @param longest milliseconds between two looks, less for what passes by quickly.
 */
export async function until(isSo: () => boolean | Promise<boolean>, seconds = 30, longest = LONGEST): Promise<void> {
  const begun = Date.now();
  while (!(await isSo())) {
    const waited = Date.now() - begun;
    if (waited > seconds * 1000) throw new Error(`not so within ${seconds} s: ${isSo}`);
    const pause = Math.min(Math.max(waited / 10, SHORTEST), longest);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
