import type * as pulumi from "@pulumi/pulumi";
import type { FleetPlan } from "../../plan/plan";
import type { Problem } from "../../plan/problems";
import { resolves } from "../../resolves";

/** A package of its own, which few fleets need: it is loaded when the first id is made, and may be missing before. */
const PACKAGE = "@pulumi/random";

/**
 * What tells an id from those that were used before: 8 hexadecimal digits, new with every creation and the same over all
 * later runs. Google keeps the id of what is deleted: of workload identity pools and their providers 30 days, of custom roles
 * up to 37, and refuses another of the same id meanwhile (cloud.google.com/iam/docs: manage-workload-identity-pools-providers,
 * creating-custom-roles).
 * @param name of the resource that keeps them
 * @param parent of that resource
 */
export function randomDigits(name: string, parent: pulumi.Resource | undefined): pulumi.Output<string> {
  const { RandomId } = require(`${PACKAGE}/randomId`) as typeof import("@pulumi/random/randomId");
  return new RandomId(name, { byteLength: 4 }, parent && { parent }).hex;
}

/** A fleet whose certificates are answered for by ids that cannot be made here. */
export function randomIdProblems({ traffic }: FleetPlan): Problem[] {
  const certificate = traffic?.gateway?.certificate;
  if (certificate?.by !== "acme" || certificate.service !== "cloudDns" || resolves(require, PACKAGE)) return [];
  const others = traffic?.services.map(({ service }) => service).filter((service) => service !== "cloudDns") ?? [];
  const instead =
    others.length === 0 ? "" : `, or have it answered for by ${others.join(" or ")} (certificate.service)`;
  return [
    {
      path: "spec.traffic.gateway.certificate",
      message:
        `is by ACME and answered for by cloudDns, which needs the package ${PACKAGE} for ids that are new with every creation, ` +
        `and it is not installed: npm install ${PACKAGE}${instead}`,
    },
  ];
}
