import type * as pulumi from "@pulumi/pulumi";

/** Nodes of one zone by which an anycast front of the site's cloud reaches it. */
export interface FrontGroup {
  readonly zone: string;
  /** The group's URL. */
  readonly group: pulumi.Output<string>;
}
