/**
 * Series whose machines take no Persistent Disk, only Hyperdisk.
 * https://cloud.google.com/compute/docs/disks/hyperdisks#machine-type-support (2026-11)
 */
const HYPERDISK_SERIES = [
  "a3-ultragpu",
  "a4",
  "a4x",
  "c4",
  "c4a",
  "c4d",
  "ct6e",
  "g4",
  "h4d",
  "m4",
  "n4",
  "n4a",
  "n4d",
  "x4",
];

/** The type of boot disk for a machine type: balanced, of the sort that its series takes. */
export function bootDisk(machineType: string): "pd-balanced" | "hyperdisk-balanced" {
  const hyperdisk = HYPERDISK_SERIES.some((series) => machineType.startsWith(`${series}-`));
  return hyperdisk ? "hyperdisk-balanced" : "pd-balanced";
}
