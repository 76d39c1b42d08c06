import { shorten } from "../../plan/names";

/** Google's names have 63 characters, and its provider adds eight. */
export function short(name: string): string {
  return shorten(name, 55);
}
