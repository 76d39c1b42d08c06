/** Half a day of every week, UTC. */
export interface PatchWindow {
  /** Days after Monday, 0 to 6. */
  readonly day: number;
  /** Hour of its beginning: 0 or 12. It lasts twelve hours. */
  readonly hour: 0 | 12;
}

/** Length of every window. Google asks for 48 hours in each 32 days, which twelve a week just are; Azure for four. */
export const PATCH_WINDOW_HOURS = 12;

const WINDOWS = 14;

/**
 * When a cloud may patch a site: by its number, so that of fourteen sites with consecutive numbers no two are patched at
 * once, whichever clouds they are on, and that a site which comes or goes moves no other's window.
 * @param number the site's number, 1 to 511
 */
export function patchWindow(number: number): PatchWindow {
  const half = number % WINDOWS;
  return { day: Math.floor(half / 2), hour: half % 2 === 0 ? 0 : 12 };
}
