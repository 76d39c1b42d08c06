import { awaitedSites, generationIn, type RootGeneration, type RotationSubject, type TrustRotation } from "./rotation";

/** Names of generations end up in names of resources, ConfigMap keys and certificates. */
const NAME = /^[a-z][a-z0-9-]{0,14}$/;

/** Why a root may not be called so, as a phrase; undefined when it may. */
export function generationNameProblem(name: string): string | undefined {
  return NAME.test(name) ? undefined : `must be 1 to 15 of a-z, 0-9 and "-", beginning with a letter, such as "g2"`;
}

/** Everything that is wrong with a rotation's data, as sentences that name the field; empty when it is legal. */
export function rotationProblems({ rotation, sites, retired = 0 }: RotationSubject): string[] {
  const { generations } = rotation;
  const named = new Set(sites.map(({ name }) => name));
  const next = generationIn(rotation, "next");
  const moved = rotation.issuedByNext ?? [];
  const expelled = rotation.expelled ?? [];
  const isStrange = (site: string) => !named.has(site);
  // A site that is gone stays expelled, and what it was issued from matters to nobody: who it was, only the data tells.
  const areGone = new Set([...moved, ...expelled].filter(isStrange)).size <= retired;
  const strangers = (field: string, list: readonly string[]) =>
    areGone
      ? []
      : list
          .filter(isStrange)
          .map(
            (site) =>
              `${field} names "${site}", which is no site of the fleet; the sites are ${[...named].join(", ")}. Correct the name, take ` +
              "it out of the list, or, where that site is gone for good, put its number under retired.",
          );
  return [
    ...generations.flatMap(({ name }) => {
      const problem = generationNameProblem(name);
      return problem === undefined ? [] : [`generations: "${name}" ${problem}.`];
    }),
    ...doubles(generations.map(({ name }) => name)).map(
      (name) => `generations: "${name}" is listed twice; list each root once.`,
    ),
    ...stateProblems(generations),
    ...strangers("issuedByNext", moved),
    ...doubles(moved).map((site) => `issuedByNext: "${site}" is listed twice.`),
    ...(moved.length > 0 && next === undefined
      ? ["issuedByNext: there is no next root to be issued from; empty the list."]
      : []),
    ...(moved.length > 0 && rotation.nextWasIssued !== true
      ? ["nextWasIssued: must be true, since sites are issued from the next root."]
      : []),
    ...strangers("expelled", expelled),
  ];
}

function stateProblems(generations: readonly RootGeneration[]): string[] {
  const of = (state: string) => generations.filter((one) => one.state === state).map(({ name }) => name);
  const [active, next, retiring] = [of("active"), of("next"), of("retiring")];
  const both = next.length > 0 && retiring.length > 0;
  return [
    ...(active.length === 1
      ? []
      : [`generations: exactly one must be active; got ${active.length} (${active.join(", ") || "none"}).`]),
    ...(next.length > 1 ? [`generations: one at most may be next; got ${next.join(", ")}.`] : []),
    ...(retiring.length > 1 ? [`generations: one at most may be retiring; got ${retiring.join(", ")}.`] : []),
    ...(both
      ? [`generations: ${next.join()} cannot be next while ${retiring.join()} is retiring: withdraw that first.`]
      : []),
  ];
}

function doubles(all: readonly string[]): string[] {
  return [...new Set(all.filter((one, index) => all.indexOf(one) !== index))];
}

/** A next root, which every site is to trust beside the active one. */
export function withNext(rotation: TrustRotation, name: string): TrustRotation {
  const { issuedByNext: _, nextWasIssued: __, ...rest } = rotation;
  return rebundled(rest, [...rotation.generations, { name, state: "next" }]);
}

/**
 * One more site issued from the next root. With the last of those that are awaited the next root becomes the active one:
 * a site that is lost now is issued from it when it is back.
 */
export function withIssued(subject: RotationSubject, site: string): TrustRotation {
  const { rotation } = subject;
  const issuedByNext = [...(rotation.issuedByNext ?? []), site];
  const isLast = awaitedSites(subject).every(({ name }) => issuedByNext.includes(name));
  return isLast ? withSettled(rotation) : changed({ ...rotation, issuedByNext, nextWasIssued: true });
}

/** The next root as the active one: all sites that are awaited are issued from it. */
export function withSettled(rotation: TrustRotation): TrustRotation {
  const { issuedByNext: _, nextWasIssued: __, ...rest } = rotation;
  return changed({ ...rest, generations: restated(rotation, { next: "active", active: "retiring" }) });
}

/** Every site issued from the old root again, which all still trust. */
export function withReturned(rotation: TrustRotation): TrustRotation {
  const { issuedByNext: _, ...rest } = rotation;
  const generations = restated(rotation, { active: "next", retiring: "active" });
  return changed({
    ...rest,
    nextWasIssued: true,
    generations: hasRetiring(rotation) ? generations : rotation.generations,
  });
}

/** A root that nobody trusts any more: the retiring one, or a next one that is given up. */
export function withoutGeneration(rotation: TrustRotation, name: string): TrustRotation {
  const { issuedByNext: _, nextWasIssued: __, ...rest } = rotation;
  return rebundled(
    rest,
    rotation.generations.filter((one) => one.name !== name),
  );
}

/** A new root in place of all others, with no overlap. */
export function withOnly(rotation: TrustRotation, name: string): TrustRotation {
  const { issuedByNext: _, nextWasIssued: __, ...rest } = rotation;
  return rebundled(rest, [{ name, state: "active" }]);
}

/** A site closed out of the fleet. */
export function withExpelled(rotation: TrustRotation, site: string): TrustRotation {
  const expelled = [...new Set([...(rotation.expelled ?? []), site])].sort();
  const left = (rotation.issuedByNext ?? []).filter((one) => one !== site);
  const { issuedByNext: _, ...rest } = rotation;
  return changed({ ...rest, ...(left.length > 0 && { issuedByNext: left }), expelled });
}

function hasRetiring(rotation: TrustRotation): boolean {
  return generationIn(rotation, "retiring") !== undefined;
}

function restated(
  rotation: TrustRotation,
  to: Partial<Record<RootGeneration["state"], RootGeneration["state"]>>,
): RootGeneration[] {
  return rotation.generations.map(({ name, state }) => ({ name, state: to[state] ?? state }));
}

function rebundled(rotation: Omit<TrustRotation, "generations">, generations: RootGeneration[]): TrustRotation {
  return { ...changed({ ...rotation, generations }), bundleSince: rotation.revision + 1 };
}

function changed(rotation: TrustRotation): TrustRotation {
  return { ...rotation, revision: rotation.revision + 1 };
}
