import type * as pulumi from "@pulumi/pulumi";

/** Who asks to answer an ACME authority: a site's cert-manager. */
export interface Asker {
  readonly site: string;
  readonly number: number;
  /** AWS region of the site; undefined where it has none. */
  readonly awsRegion: string | undefined;
  /** URL of the issuer of its ServiceAccounts' tokens. */
  readonly tokenIssuer: pulumi.Input<string>;
}

/** A zone that holds nothing but answers to an ACME authority. */
export interface ChallengeZone {
  readonly nameServers: pulumi.Output<string[]>;
  /** How each site answers in it, by its name. No site may change anything else. */
  readonly solvers: { readonly [site: string]: Solver };
}

/** How cert-manager answers in a zone, as nobody but the site's own pods can. There is no key anywhere. */
export interface Solver {
  /** `dns01` of a solver of its Issuer. */
  readonly dns01: pulumi.Input<object>;
  /** What Google's libraries in its pods must know to be somebody there. @default nothing: the service is not Google's */
  readonly google?: pulumi.Output<string>;
  /** What must be there before it can answer. */
  readonly ready: readonly pulumi.Resource[];
}
