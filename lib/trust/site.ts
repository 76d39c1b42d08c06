import type * as pulumi from "@pulumi/pulumi";
import type { DnsService } from "../plan/routing/spec";
import type { SiteKind } from "../plan/spec";
import { certManager } from "./certManager";
import type { SiteMaterial } from "./material";
import { signerTrust, trustRecord } from "./siteObjects";

/**
 * All of a site's trust but what Cilium had to have before: what signs in the site, and at last the record of it.
 * @param acme DNS service at which cert-manager answers an ACME authority as well
 */
export function siteTrust(
  material: SiteMaterial,
  kind: SiteKind,
  written: readonly pulumi.Resource[],
  acme: DnsService | undefined,
  options: pulumi.CustomResourceOptions,
): void {
  const signers = material.plan.intermediates.flatMap(({ role }) =>
    role === "certManager" || role === "istio" || role === "linkerd" ? [role] : [],
  );
  const objects = signers.flatMap((signer) => {
    const secrets = signerTrust(material, signer, options);
    return signer === "certManager"
      ? [...secrets, ...certManager(material.plan.site, kind, secrets, acme, options)]
      : secrets;
  });
  trustRecord(material, [...written, ...objects], options);
}
