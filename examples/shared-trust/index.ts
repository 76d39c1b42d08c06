import * as pulumi from "@pulumi/pulumi";
import { deliveredTrust, Fleet, type TrustSource } from "pulumi-multisite";
import { eks } from "pulumi-multisite/aws";
import { fleetPlan } from "pulumi-multisite/plan";
import { builtTrust, Trust } from "pulumi-multisite/trust";
import { spec } from "./fleet";

const stack = pulumi.getStack();

/** Stack "trust": the roots, in a state and under a key outside every site. It leaves one secret for each of them. */
const roots = stack === "trust" ? new Trust("shop", { plan: fleetPlan(spec).trust! }) : undefined;

/** Stack "sites": reads what the trust stack left. Any other stack builds both, which is for rehearsals. */
const fleet = roots ? undefined : new Fleet("shop", { spec, kinds: [eks], trust: source() });

function source(): TrustSource {
  if (stack !== "sites") return builtTrust();
  const left = new pulumi.StackReference("acme/shared-trust/trust").requireOutput("trust");
  return deliveredTrust((site) => left.apply((bySite) => bySite[site]));
}

export const trust = roots?.exports;
export const verdict = fleet?.plan.capacity.verdict;
