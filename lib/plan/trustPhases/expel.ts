import type { FleetSpec } from "../spec";
import { withExpelled } from "./data";
import { lastSeen, type TrustFacts } from "./facts";
import { awaitedSites, generationIn, type RotationSubject, type TrustRotation } from "./rotation";
import { following } from "./steps";

/** What closing a site out changes, and what it leaves open. */
export interface Expulsion {
  readonly to: TrustRotation;
  /** What each other site drops, as sentences. */
  readonly closes: readonly string[];
  /** What the site can still do, and until when, as sentences. */
  readonly remains: readonly string[];
  /** Commands to run next, in order. */
  readonly next: readonly string[];
}

/**
 * Closes a lost or captured site out of all others. What it holds stays valid until it runs out or its root is withdrawn:
 * what it is used for is closed at the others.
 * @param facts the last facts that were collected, however old: they tell what the site held
 */
export function expulsion(subject: RotationSubject, site: string, facts: TrustFacts | undefined): Expulsion {
  const { rotation } = subject;
  const others = awaitedSites(subject).flatMap(({ name }) => (name === site ? [] : [name]));
  const seen = lastSeen(facts?.sites[site]);
  const leaves = seen?.leaves;
  const planned = subject.sites.find(({ name }) => name === site);
  const signs = (leaves ?? []).some(({ isIssuer }) => isIssuer) || (planned?.unseenLeafHours ?? 0) > 0;
  const until = leaves
    ?.map(({ notAfter }) => notAfter)
    .sort()
    .at(-1);
  const active = generationIn(rotation, "active") ?? "";
  const to =
    generationIn(rotation, "next") ?? (generationIn(rotation, "retiring") === undefined ? following(rotation) : active);
  return {
    to: withExpelled(rotation, site),
    closes: [
      `peers: ${others.join(", ")} drop ${site} from their lists of peers, and connect to it no more`,
      `users: ${others.join(", ")} drop the user remote-${site}, so that its certificate opens no mesh API any more`,
      `openings: ${others.join(", ")} close what is open to the addresses of ${site}`,
      `certificates: the trust stack issues none for ${site} and leaves it nothing: an entry in a store is emptied, and read by nobody`,
    ],
    remains: [
      until === undefined
        ? `No facts tell what ${site} held: take it that its certificates are valid for as long as the plan issues them.`
        : `The certificates of ${site} stay valid until ${until}, as it was seen at ${seen!.seenAt}: what accepts any certificate of the fleet, and no list of users, accepts them.`,
      signs || leaves === undefined
        ? `${signs ? `${site} signs by itself` : `If ${site} signs by itself (cert-manager, Istio, Linkerd)`}: it can make certificates in any site's name, until its root is withdrawn everywhere.`
        : `${site} held no issuer: it can make no new certificates.`,
    ],
    next: [
      "pulumi up            in the trust stack first, then at the other sites, those nearest to it first, then links and traffic",
      "multisite trust status       every other site is built from the new revision",
      `multisite trust rotate --to ${to}   exchanges the root, which ends all that ${site} holds; ${site} is not awaited`,
      `multisite trust rotate --to ${to} --compromised   in place of that, when it must be over at once and may break links`,
    ],
  };
}

/** Days for which the others are judged against one loss fewer, unless the spec names a last day. */
const DEGRADED_DAYS = 14;

/**
 * The spec with the expelled sites lost: nobody builds, peers or counts them. Where the spec says not until when the
 * others may be judged without them, it is two weeks from the last change of the rotation's data.
 */
export function withoutExpelled(
  spec: FleetSpec,
  { expelled = [], changedAt }: Pick<TrustRotation, "expelled" | "changedAt">,
): FleetSpec {
  if (!spec.sites.some(({ name }) => expelled.includes(name))) return spec;
  const until = changedAt === undefined ? undefined : Date.parse(changedAt) + DEGRADED_DAYS * 86_400_000;
  const degradedUntil =
    spec.degradedUntil ?? (until === undefined ? undefined : new Date(until).toISOString().slice(0, 10));
  const sites = spec.sites.map((site) => (expelled.includes(site.name) ? { ...site, state: "lost" as const } : site));
  return { ...spec, sites, ...(degradedUntil !== undefined && { degradedUntil }) };
}
