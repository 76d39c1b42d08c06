import * as pulumi from "@pulumi/pulumi";
import { LateError } from "../lateError";
import { bundleOf } from "../plan/trust/bundle";
import { certificatesOfSet } from "../plan/trust/offline";
import type { CertificateRole, SiteTrustPlan, TrustPlan } from "../plan/trust/plan";
import type { Pair, SiteMaterial, TrustSource } from "./material";
import { said } from "./said";

/** What one site gets, as one secret text: its bundle, its certificates and their keys. */
export interface ExportedSite {
  /** Revision of the rotation that it was made from. */
  readonly revision: number;
  readonly roots: string;
  readonly pairs: { readonly [role in CertificateRole]?: { readonly certificate: string; readonly key: string } };
}

/** What stands in a store's entry while its site gets nothing. */
export const NO_MATERIAL = "{}";

/** One secret per site, for the outputs of a trust stack. */
export type TrustExports = { readonly [site: string]: pulumi.Output<string> };

/** The material of each site as one secret text. */
export function exportsOf(sites: { readonly [site: string]: SiteMaterial }): TrustExports {
  return Object.fromEntries(
    Object.entries(sites).map(
      ([
        site,
        {
          rotation: { revision },
          roots,
          pairs,
        },
      ]) => [
        site,
        pulumi.secret(pulumi.output({ revision, roots, pairs }).apply((material) => JSON.stringify(material))),
      ],
    ),
  );
}

/**
 * Material that a trust stack left for the sites: what `Trust.exports` held, by site.
 *
 *     const stack = new pulumi.StackReference("acme/trust/production");
 *     new Fleet("shop", { spec, kinds, trust: deliveredTrust((site) => stack.requireOutput("sites").apply((all) => all[site])) });
 *
 * @param read gives one site's text; it becomes a secret
 */
export function deliveredTrust(read: (site: string) => pulumi.Input<string>): TrustSource {
  return (_, plan: TrustPlan) => {
    const sites: { [site: string]: SiteMaterial } = {};
    for (const site of plan.sites) {
      // Read when it is asked for: a site's identity may read its own entry only, and a lost site's is of no use.
      const get = once(() => materialIn(site, plan, pulumi.secret(read(site.site))));
      Object.defineProperty(sites, site.site, { enumerable: true, get });
    }
    return sites;
  };
}

function materialIn(
  plan: SiteTrustPlan,
  { trustDomain, rotation }: TrustPlan,
  text: pulumi.Output<string>,
): SiteMaterial {
  const material = text.apply((json) => readExport(plan.site, json, rotation.revision, new Date()));
  const roles = certificatesOfSet(plan).map(({ role }) => role);
  const pairs = Object.fromEntries(roles.map((role) => [role, pairIn(material, plan.site, role)]));
  // Public; only its company in one text made it secret.
  return { plan, trustDomain, rotation, roots: pulumi.unsecret(material.apply((one) => one.roots)), pairs };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function pairIn(material: pulumi.Output<ExportedSite>, site: string, role: CertificateRole): Pair {
  const pair = material.apply(({ pairs }) => {
    const found = pairs[role];
    if (found !== undefined) return found;
    throw new LateError(`The trust stack has no "${role}" for site "${site}": run it with this spec first.`);
  });
  return { certificate: pulumi.unsecret(pair.apply((one) => one.certificate)), key: pair.apply((one) => one.key) };
}

/**
 * Reads what a trust stack left for a site; what is wrong with it is said without a part of it.
 * @param revision of the rotation that the program is at
 * @throws LateError for what is none or is of another revision, and for roots that may not be trusted.
 */
export function readExport(site: string, json: string | undefined, revision: number, now: Date): ExportedSite {
  if (json === undefined || json === null || json === NO_MATERIAL) {
    throw new LateError(
      `The trust stack left nothing for site "${site}": run the trust stack with the same spec first. A site that waits for a ` +
        "signature by hand has nothing yet.",
    );
  }
  const read = parsed(json);
  if (typeof read?.roots !== "string" || typeof read.pairs !== "object" || read.pairs === null) {
    throw new LateError(
      `What the trust stack left for site "${site}" cannot be read: give its element of Trust.exports, as it is.`,
    );
  }
  // The site would record a revision that it was not built from, and a gate of the rotation would believe it.
  if (read.revision !== revision) {
    throw new LateError(
      `What the trust stack left for site "${site}" is of revision ${read.revision} of the rotation, and this program is at ${revision}: ` +
        "run the trust stack with the same trust.json first.",
    );
  }
  return { ...(read as ExportedSite), roots: said(() => bundleOf(site, [read.roots!], now)) };
}

function parsed(json: string): Partial<ExportedSite> | null | undefined {
  try {
    return JSON.parse(json) as Partial<ExportedSite> | null;
  } catch {
    // A message of the parser would show a part of the text.
    return undefined;
  }
}
