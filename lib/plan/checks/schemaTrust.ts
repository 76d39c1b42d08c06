import { anyText, flag, list, map, optional, strict, text, whole, word } from "./leaves";

const generationName = text(
  `the name of a root, 1 to 15 of a-z, 0-9 and "-", beginning with a letter, such as "g2"`,
  /^[a-z][a-z0-9-]{0,14}$/,
);
const siteName = anyText(32, "the name of a site");

const rotationSchema = strict({
  revision: whole(0, Number.MAX_SAFE_INTEGER, " (how often the data was changed)"),
  changedAt: optional(text(`a time such as "2026-11-20T10:00:00Z"`, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)),
  generations: list(
    strict({ name: generationName, state: word(["next", "active", "retiring"]) }),
    `roots such as { name: "g1", state: "active" }`,
  ),
  issuedByNext: optional(list(siteName, "names of sites")),
  bundleSince: optional(whole(0, Number.MAX_SAFE_INTEGER, " (a revision)")),
  nextWasIssued: optional(flag),
  expelled: optional(list(siteName, "names of sites")),
});

const rootSchema = strict({
  keeper: word(["state", "supplied", "offline", "awsPrivateCa", "googleCas"]),
  authorityArn: optional(
    text(
      `the ARN of a private CA, "arn:aws:acm-pca:REGION:ACCOUNT:certificate-authority/ID"`,
      /^arn:aws[a-z-]*:acm-pca:[a-z0-9-]+:\d{12}:certificate-authority\/[0-9a-f-]{36}$/,
    ),
  ),
  account: optional(text("an AWS account, 12 digits", /^\d{12}$/)),
  region: optional(text(`the name of a region such as "eu-north-1"`, /^[a-z0-9][-a-z0-9]{0,62}$/)),
  authority: optional(text(`the id of an authority, 1 to 63 letters, digits, "-" and "_"`, /^[\w-]{1,63}$/)),
  caPool: optional(
    text(
      `the full name of a CA pool, "projects/PROJECT/locations/LOCATION/caPools/POOL"`,
      /^projects\/[a-z0-9:.-]+\/locations\/[a-z0-9-]+\/caPools\/[\w-]{1,63}$/,
    ),
  ),
});

/** The structure of `spec.trust`. */
export const trustSchema = strict({
  trustDomain: text(
    `a SPIFFE trust domain of 1 to 255 of a-z, 0-9, ".", "-" and "_", such as "shop.example.com"`,
    /^[a-z0-9]([a-z0-9._-]{0,253}[a-z0-9])?$/,
  ),
  rotation: optional(rotationSchema),
  roots: optional(map(rootSchema, "names of roots to where their keys are")),
  delivery: optional(
    strict({
      by: word(["stackReference", "secretStore"]),
      store: optional(
        strict({
          kind: word(["awsSecretsManager", "googleSecretManager", "azureKeyVault"]),
          region: text(`the name of a region such as "eu-central-1"`, /^[A-Za-z0-9][-A-Za-z0-9]{0,62}$/),
          owner: anyText(128, "an account, project or subscription"),
          vault: optional(text("the name of a key vault", /^[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9]$/)),
          writer: optional(anyText(512, "the ARN of a role")),
          resourceGroup: optional(anyText(90, "the name of a resource group")),
          tenant: optional(text("a directory (tenant) id", /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i)),
          readers: map(anyText(512, "who reads the site's entry"), "names of sites to who reads their entry"),
        }),
      ),
    }),
  ),
  signers: optional(list(word(["certManager", "istio", "linkerd"]), "what signs in the sites")),
  hubble: optional(flag),
  lifetimes: optional(
    strict({
      rootDays: optional(whole(365, 7300, " (days)")),
      intermediateDays: optional(whole(30, 1825, " (days)")),
      intermediateRenewalDays: optional(whole(1, 1825, " (days)")),
      leafDays: optional(whole(7, 360, " (days; the longest-lived site's may not exceed 398)")),
      leafRenewalDays: optional(whole(1, 360, " (days)")),
      workloadHours: optional(whole(1, 2160, " (hours)")),
    }),
  ),
});
