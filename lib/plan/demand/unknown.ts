/**
 * In place of a text that is not known before an update. Where a number, a list or a quantity is needed it is a problem; a
 * label or an environment variable that is not known changes no demand.
 */
export const NOT_KNOWN = "(not known before the update)";

/** Whether a text is not known, or made of what is not. */
export function isNotKnown(text: string | undefined): boolean {
  return text?.startsWith(NOT_KNOWN) === true;
}
