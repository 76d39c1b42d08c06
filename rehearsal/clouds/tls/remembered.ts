/**
 * Keeps what was made of the texts that were used last: a stack signs hundreds of certificates by a few authorities.
 * @param most texts that are kept
 */
export function remembered<T>(make: (text: string) => T, most = 32): (text: string) => T {
  const kept = new Map<string, T>();
  return (text) => {
    const found = kept.get(text) ?? make(text);
    kept.delete(text);
    kept.set(text, found);
    const [oldest] = kept.keys();
    if (kept.size > most && oldest !== undefined) kept.delete(oldest);
    return found;
  };
}
