/** What is wrong with a value that is to be a text in PEM, by the name of its field: JavaScript asks nobody for its type. */
export function textProblems(field: string, value: unknown): string[] {
  if (typeof value === "string") return [];
  if (value instanceof Uint8Array) return [`${field} is bytes: read the file as text, readFileSync(file, "utf8").`];
  return [
    value === undefined || value === null
      ? `${field} is missing: give a text in PEM.`
      : `${field} is no text: give PEM.`,
  ];
}
