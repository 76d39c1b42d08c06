import { certificatesFrom, certificatesOfAny } from "./offline";
import type { TrustPlan } from "./plan";
import type { RootKeeper, SignerKind } from "./spec";

/** A part of a chain, in the order in which it is sent. */
export type ChainPart = "leaf" | "intermediate" | "root";

/** What each consumer holds of a chain, whoever keeps the root; what a service has between itself and its root follows. */
export const CHAINS: Readonly<Record<"cilium" | SignerKind, readonly ChainPart[]>> = {
  cilium: ["leaf"],
  certManager: ["intermediate", "root"],
  istio: ["intermediate", "root"],
  linkerd: ["intermediate"],
};

/** A price, in US dollars, as it was seen on a day. */
export interface Price {
  readonly perMonth: number;
  /** Each certificate, renewals among them. */
  readonly perCertificate: number;
  readonly source: string;
  /** Day on which the source was read; undefined where nobody has checked it. */
  readonly readOn: string | undefined;
}

/** What it means to keep a root somewhere. */
export interface KeeperFacts {
  readonly signs: string;
  /** Whose private keys the trust stack's state holds, encrypted. */
  readonly keysInState: readonly ("root" | "intermediates" | "leaves")[];
  readonly renewedBy: string;
  /** CAs that may follow below a site's intermediate by its own word; undefined for no limit but the root's. */
  readonly sitePathLength: 0 | undefined;
  readonly price: Price | undefined;
}

const ALL = ["root", "intermediates", "leaves"] as const;
const BELOW = ["intermediates", "leaves"] as const;

/** Who signs, what is in the state, and what it costs, by where a root's key is. `docs/trust.md` shows the same. */
export const KEEPERS: Readonly<Record<RootKeeper, KeeperFacts>> = {
  state: {
    signs: "the tls provider",
    ...{ keysInState: ALL, renewedBy: "`up`", sitePathLength: undefined, price: undefined },
  },
  supplied: {
    signs: "the tls provider, by the key that the team brings",
    ...{ keysInState: ALL, renewedBy: "`up`", sitePathLength: undefined, price: undefined },
  },
  offline: {
    signs: "whoever has the key, by hand",
    ...{ keysInState: BELOW, renewedBy: "hand", sitePathLength: 0, price: undefined },
  },
  awsPrivateCa: {
    signs: "AWS Private CA",
    ...{ keysInState: BELOW, renewedBy: "`up`", sitePathLength: 0 },
    // The monthly fee was read there; that of a certificate is from memory.
    price: { perMonth: 400, perCertificate: 0.75, source: "aws.amazon.com/private-ca/pricing", readOn: "2026-11-27" },
  },
  googleCas: {
    signs: "Google's Certificate Authority Service, tier ENTERPRISE",
    ...{ keysInState: BELOW, renewedBy: "`up`", sitePathLength: 0 },
    price: {
      ...{ perMonth: 200, perCertificate: 0.5 },
      ...{ source: "cloud.google.com/certificate-authority-service/pricing", readOn: undefined },
    },
  },
};

/** A root of which nobody says where its key is, and one beside it that is kept elsewhere than in the state. */
export interface UnsaidKeeper {
  readonly generation: string;
  readonly beside: string;
  readonly keeper: RootKeeper;
}

/**
 * Roots without an entry that come after one which is kept outside the state, or beside an entry for none of the rotation: the
 * default would put their keys into the state without a word.
 * @param generations names of the rotation's roots, the oldest first
 * @param roots entries of the spec, also for roots that are yet to come or gone
 */
export function unsaidKeepers(
  generations: readonly string[],
  roots: { readonly [generation: string]: { readonly keeper?: RootKeeper } | undefined } = {},
): UnsaidKeeper[] {
  const outside = Object.entries(roots).flatMap(([name, root]) =>
    root?.keeper === undefined || root.keeper === "state" ? [] : [{ beside: name, keeper: root.keeper }],
  );
  return generations.flatMap((generation, index) => {
    if (Object.hasOwn(roots, generation)) return [];
    const later = generations.slice(index);
    const other = outside.find(({ beside }) => !later.includes(beside));
    return other === undefined ? [] : [{ generation, ...other }];
  });
}

/** What a reader of the plan must know of its roots: where their keys are, above all those that are in the state. */
export function keeperNotes(plan: TrustPlan): string[] {
  return plan.roots.flatMap(({ generation, state, keeper }) => {
    const { signs, keysInState } = KEEPERS[keeper];
    const key = keysInState.includes("root")
      ? "its key is in the trust stack's state, encrypted: whoever can decrypt that can speak for every site"
      : "its key is in no state";
    const toSign = state === "next" ? certificatesOfAny : certificatesFrom;
    const asked = keeper === "offline" ? toSign(plan, generation).map(({ name }) => name) : [];
    return [
      `Root ${generation} (${state}) is kept by "${keeper}"${keeper === "state" ? ", the default" : ""}. Who signs: ${signs}; ${key}.`,
      ...(asked.length === 0
        ? []
        : [`Root ${generation} signs ${asked.length} certificates by hand: ${asked.join(", ")}.`]),
    ];
  });
}
