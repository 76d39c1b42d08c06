import { stripVTControlCharacters } from "node:util";
import { createColors } from "picocolors";

/** Where a command writes: results to standard output, everything else to standard error. */
export interface Terminal {
  /** One or more lines of the result. */
  out(text: string): void;
  /** One line about what goes wrong, or is to be known. */
  err(text: string): void;
  /** What is being done right now; replaces what was said before. */
  progress(text: string): void;
  /** Takes the progress line away. */
  done(): void;
  readonly colors: ReturnType<typeof createColors>;
}

/**
 * The terminal of this process. Colour and a progress line that rewrites itself only where a person looks at it;
 * elsewhere every step is one plain line.
 */
export function processTerminal(): Terminal {
  const live = process.stderr.isTTY === true && process.env.TERM !== "dumb";
  const colourful = process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb";
  let shown = "";
  const clear = () => {
    if (live && shown) process.stderr.write("\r\u001b[K");
  };
  return {
    colors: createColors(colourful),
    out(text) {
      clear();
      process.stdout.write(`${text}\n`);
    },
    err(text) {
      clear();
      // Programs colour their errors without looking where they go.
      process.stderr.write(`${live ? text : stripVTControlCharacters(text)}\n`);
    },
    progress(text) {
      if (text === shown) return;
      if (live) process.stderr.write(`\r\u001b[K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
      // Without a terminal a log would fill with counts: only a new step is worth a line.
      else if (text.split(":")[0] !== shown.split(":")[0]) process.stderr.write(`${text}\n`);
      shown = text;
    },
    done() {
      clear();
      shown = "";
    },
  };
}
