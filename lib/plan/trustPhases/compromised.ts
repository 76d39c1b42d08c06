import { withOnly } from "./data";
import type { TrustFacts } from "./facts";
import { issuedGates, trustGates } from "./gates";
import { awaitedSites, generationIn, passedOver, type RotationSubject, type TrustRotation } from "./rotation";

/** What a rotation without overlap breaks, said before it is begun. */
export interface CompromisedPlan {
  readonly generation: string;
  /** Roots that are trusted no more, in the order of the data. */
  readonly distrusted: readonly string[];
  /** Order in which the sites are issued anew. */
  readonly walk: readonly string[];
  /** Links that work after each site of the walk, of `links`: a link is one site verifying and being verified by another. */
  readonly linksUp: readonly number[];
  /** Ordered pairs of sites. */
  readonly links: number;
  /** Minutes during which some links are down, when the sites follow one another and each takes `minutesPerSite`. */
  readonly minutesBroken: number;
  /** Sites that stay closed out until they are issued anew: not reached, lost or expelled. */
  readonly closedOut: readonly { readonly site: string; readonly why: string }[];
  /** Sentences for the one who decides. */
  readonly breaks: readonly string[];
  readonly to: TrustRotation;
}

/**
 * A new root at once, because a key of the old one is in other hands. There is no overlap: whoever still trusts the old
 * root trusts whoever stole it. Needs no gate, and says what breaks. While a root retires, the active one may take its place.
 * @param minutesPerSite what one site's update takes, rolls included, more than 0
 */
export function compromisedPlan(
  subject: RotationSubject,
  generation: string,
  facts: TrustFacts | undefined,
  minutesPerSite: number,
): CompromisedPlan {
  const { rotation } = subject;
  if (generationIn(rotation, "active") === generation) return withdrawnAtOnce(subject, generation, facts);
  const walk = awaitedSites(subject).map(({ name }) => name);
  const n = walk.length;
  const linksUp = walk.map((_, index) => pairs(index + 1) + pairs(n - index - 1));
  const distrusted = rotation.generations.map(({ name }) => name).filter((name) => name !== generation);
  const closedOut = closed(subject, walk, facts);
  const worst = Math.min(pairs(n), ...linksUp);
  const minutesBroken = (n - 1) * minutesPerSite;
  return {
    generation,
    distrusted,
    walk,
    linksUp,
    links: pairs(n),
    minutesBroken,
    closedOut,
    breaks: [
      `Between a site that is done and one that is not, no new connection is made in either direction: at the worst ${worst} of ${pairs(n)} links work.`,
      `It lasts from the first site's roll to the last one's: about ${minutesBroken} min when the ${n} sites follow one another at ${minutesPerSite} min each, about ${minutesPerSite} min when all are updated at once.`,
      `Connections that are open stay open until one end is rolled; within a site everything that holds ${distrusted.join(", ")} in memory fails until it is rolled.`,
      "Each site keeps serving its own users: only what crosses between sites stops. Health checks and DNS do not rest on this trust.",
      ...closedOut.map(({ site, why }) => `${site} is closed out until it is issued anew: ${why}.`),
      ...spare(rotation, generation),
    ],
    to: withOnly(rotation, generation),
  };
}

/**
 * The retiring root withdrawn without its gates, because its key is the stolen one: all sites are issued from the active one, or
 * are told to be.
 */
function withdrawnAtOnce(subject: RotationSubject, generation: string, facts: TrustFacts | undefined): CompromisedPlan {
  const { rotation } = subject;
  const sites = awaitedSites(subject);
  const walk = sites.map(({ name }) => name);
  const distrusted = rotation.generations.map(({ name }) => name).filter((name) => name !== generation);
  const gates =
    facts === undefined ? [] : [...trustGates(sites, facts, generation), ...issuedGates(sites, facts, generation)];
  const behind = walk.filter((site) => gates.some((gate) => gate.site === site && !gate.met));
  const held = gates.filter(({ met }) => !met);
  const done = pairs(walk.length - behind.length);
  return {
    ...{ generation, distrusted, walk, links: pairs(walk.length), minutesBroken: 0 },
    linksUp: walk.map(() => done),
    closedOut: closed(subject, [], facts),
    breaks: [
      `All sites are issued from ${generation} and trust it by the data: where that is so, no link breaks.`,
      ...(facts === undefined
        ? ["No facts tell whether it is so: collect them with `multisite trust status` if there is time."]
        : []),
      ...held.map(
        ({ site, seen, condition }) => `${site} loses its links until it is so: ${condition}; seen: ${seen}.`,
      ),
    ],
    to: withOnly(rotation, generation),
  };
}

/** A root that every site trusts already makes the break needless. */
function spare(rotation: TrustRotation, generation: string): string[] {
  if (generationIn(rotation, "next") !== generation) return [];
  return [
    `${generation} is being distributed already: once all sites trust it, issuing from it and withdrawing the old root breaks nothing, and the thief is trusted only as long as that takes.`,
  ];
}

function closed(
  subject: RotationSubject,
  walk: readonly string[],
  facts: TrustFacts | undefined,
): { site: string; why: string }[] {
  const expelled = subject.rotation.expelled ?? [];
  const over = passedOver(subject).map((site) => ({ site, why: expelled.includes(site) ? "expelled" : "lost" }));
  const unreached = walk.flatMap((site) => {
    const seen = facts?.sites[site];
    if (seen === undefined) return [{ site, why: "nobody asked it" }];
    return seen.reached ? [] : [{ site, why: `not reached at ${seen.seenAt}: ${seen.reason}` }];
  });
  return [...over, ...unreached];
}

/** Ordered pairs of n. */
function pairs(n: number): number {
  return n * (n - 1);
}
