import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Writes the program `clang` that agents call. An agent that comes after another compiles the datapath of its node anew,
 * which is half of all that it costs; here a node's later agents are given what its first has compiled, if source, flags and
 * compiler are the same. Nodes have none in common: the number of a node's network namespace is compiled in.
 * @param folder where it is written
 * @param store folder that keeps what was compiled, for one lab
 */
export function writeCompiler(folder: string, clang: string, store: string): void {
  mkdirSync(store);
  writeFileSync(join(folder, "clang"), `#!/bin/sh\nclang='${clang}'\nstore='${store}'\n${KEEPING}`, { mode: 0o755 });
}

/** What cannot be preprocessed is left to the compiler, which says why. */
const KEEPING = `case " $* " in *" -c "*) ;; *) exec "$clang" "$@" ;; esac
source=$(mktemp "$store/XXXXXX")
"$clang" "$@" -E -P -Wno-error > "$source" 2> /dev/null || exec "$clang" "$@"
key=$({ printf '%s\\n' "$@" | grep -v '^-I'; cat "$source"; } | sha256sum | cut -c -64)
if ! [ -f "$store/$key" ]; then "$clang" "$@" > "$source" && mv "$source" "$store/$key" || exit; fi
rm -f "$source"
exec cat "$store/$key"
`;
