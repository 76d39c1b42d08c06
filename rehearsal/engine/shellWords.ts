/** Quoted texts, escaped characters and others, of which a word consists. */
const PART = /"((?:[^"\\]|\\[\s\S])*)"|'([^']*)'|\\([\s\S])|[^\s"'\\]/g;
const WORD = new RegExp(`^(?:${PART.source})+(?!\\S)`);

/**
 * The words of a text as a shell has them: quotes keep white space, a backslash takes a character as it is, `#` begins a
 * comment. Source: github.com/google/shlex.
 * @returns undefined for quotes that are not closed, or a backslash at the end.
 */
export function shellWords(text: string): string[] | undefined {
  const words: string[] = [];
  for (let rest = withoutBlanks(text); rest !== ""; ) {
    const [word] = WORD.exec(rest) ?? [];
    if (word === undefined) return undefined;
    words.push(word.replace(PART, (part, quoted, kept, escaped) => unescaped(quoted) ?? kept ?? escaped ?? part));
    rest = withoutBlanks(rest.slice(word.length));
  }
  return words;
}

const withoutBlanks = (text: string): string => text.replace(/^(?:\s|#.*)+/, "");

const unescaped = (quoted: string | undefined): string | undefined => quoted?.replace(/\\([\s\S])/g, "$1");
