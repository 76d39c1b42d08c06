import { seeded } from "../../lib/plan/seeded";

/** People around the world, where people are: most of them near a few large places, the others anywhere on land or sea. */
const CENTRES: readonly (readonly [latitude: number, longitude: number])[] = [
  [50.1, 8.7],
  [51.5, -0.1],
  [40.4, -3.7],
  [40.7, -74],
  [34, -118.2],
  [-23.5, -46.6],
  [35.7, 139.7],
  [19.1, 72.9],
  [-33.9, 151.2],
  [6.5, 3.4],
];

/** One of many users: a place, and the chances that are its own, the same at every question. */
export interface Person {
  readonly latitude: number;
  readonly longitude: number;
  readonly seed: number;
}

/** People, each with a place of its own. */
export function people(count: number, seed: number): Person[] {
  const next = seeded(seed);
  return Array.from({ length: count }, (_, i) => {
    const [latitude = 0, longitude = 0] = CENTRES[i % CENTRES.length] ?? [];
    const spread = () => (next() + next() + next() - 1.5) * 20;
    const east = longitude + spread();
    return {
      latitude: Math.max(-85, Math.min(85, latitude + spread())),
      longitude: ((east + 540) % 360) - 180,
      seed: next() * 2 ** 32,
    };
  });
}
