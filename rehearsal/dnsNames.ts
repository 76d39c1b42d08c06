/** A name as DNS compares it: in lower case, without its last dot. */
export function bareName(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}
