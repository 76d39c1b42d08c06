import { CryptoKey, CryptoKeyIAMMember, KeyRing } from "@pulumi/gcp/kms";
import { getProjectOutput } from "@pulumi/gcp/organizations";
import * as pulumi from "@pulumi/pulumi";
import { type SiteContext, specOf } from "../cluster";
import { labels } from "./labels";

/** The key of the site's secrets, and the grant without which the control plane cannot use it. */
export interface SecretsKey {
  readonly keyName: pulumi.Output<string>;
  readonly grant: pulumi.Resource;
}

const NINETY_DAYS = `${90 * 24 * 3600}s`;

/**
 * A key of the site's own that encrypts its Kubernetes secrets. Google never deletes a key ring, so its name is made up by
 * the provider: a site that is built again under its name gets a new one.
 */
export function secretsKey({ site, cloud }: SiteContext): SecretsKey {
  const { project } = specOf(site, "gke");
  const protectedOptions = pulumi.mergeOptions(cloud, { protect: true });
  const ring = new KeyRing(site.name, { location: site.region }, protectedOptions);
  const key = new CryptoKey(
    `${site.name}-secrets`,
    { keyRing: ring.id, purpose: "ENCRYPT_DECRYPT", rotationPeriod: NINETY_DAYS, labels: labels(site) },
    protectedOptions,
  );
  // The project's number, which nobody can plan: it names the agent by which GKE acts in the project.
  const { number } = getProjectOutput({ projectId: project }, invokeOptions(cloud));
  const grant = new CryptoKeyIAMMember(
    `${site.name}-secrets`,
    {
      cryptoKeyId: key.id,
      role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
      member: pulumi.interpolate`serviceAccount:service-${number}@container-engine-robot.iam.gserviceaccount.com`,
    },
    cloud,
  );
  return { keyName: key.id, grant };
}

/** An invoke takes the provider of the site, never a default one. */
function invokeOptions({ parent, provider }: pulumi.CustomResourceOptions): pulumi.InvokeOutputOptions {
  return { ...(parent && { parent }), ...(provider && { provider }) };
}
