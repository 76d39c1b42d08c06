import type { DnsService, FrontService } from "../routing/spec";
import { amount, list, map, oneNumber, optional, strict, type TypeOf, text, variant, whole, word } from "./leaves";
import { gatewaySchema } from "./schemaGateway";
import { arn, awsAccount, gcpProject, guid } from "./schemaSites";

const LABEL = "[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9])?";
const dnsName = (example: string) =>
  text(
    `a DNS name and no address, in lower case without a trailing dot, such as "${example}", other letters than a to z in the form "xn--..."`,
    new RegExp(`^(?=.{1,253}$)(?!.*\\.\\d+$)${LABEL}(\\.${LABEL})+$`),
  );

const SERVICES = {
  route53: strict({
    service: word(["route53"]),
    account: awsAccount,
    roleArn: optional(arn),
    hostedZoneId: optional(text(`the id of a hosted zone such as "Z0123456789ABCDEFGHIJ"`, /^Z[A-Z0-9]{1,31}$/)),
    steering: optional(word(["geoproximity", "latency"])),
    intervalSeconds: optional(oneNumber([10, 30])),
    failures: optional(whole(1, 10, " (checks in a row)")),
  }),
  cloudDns: strict({
    service: word(["cloudDns"]),
    project: gcpProject,
    managedZone: optional(
      text(`the name of a managed zone such as "example-com"`, /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/),
    ),
    intervalSeconds: optional(whole(30, 300, " (seconds; Cloud DNS checks public addresses at most every 30 s)")),
    failures: optional(whole(1, 10, " (checks in a row)")),
  }),
  trafficManager: strict({
    service: word(["trafficManager"]),
    subscription: guid,
    tenant: guid,
    resourceGroup: optional(text("the name of a resource group", /^[-\w.()]{0,89}[-\w()]$/)),
    location: optional(text(`an Azure region such as "westeurope"`, /^[a-z0-9]{1,63}$/)),
    label: optional(text(`a DNS label such as "shop-example-com"`, /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/)),
    intervalSeconds: optional(oneNumber([10, 30])),
    failures: optional(whole(1, 10, " (checks in a row)")),
    timeoutSeconds: optional(whole(5, 10, " (seconds)")),
  }),
};

const PROVIDER = `an object such as { service: "route53", account: "123456789012" }`;

const FRONTS = {
  globalAccelerator: strict({
    service: word(["globalAccelerator"]),
    account: awsAccount,
    roleArn: optional(arn),
    intervalSeconds: optional(oneNumber([10, 30])),
    failures: optional(whole(1, 10, " (checks in a row)")),
  }),
  globalLoadBalancer: strict({
    service: word(["globalLoadBalancer"]),
    project: gcpProject,
    nodePort: optional(whole(30_000, 32_767)),
    intervalSeconds: optional(whole(1, 300, " (seconds)")),
    failures: optional(whole(1, 10, " (checks in a row)")),
  }),
  frontDoor: strict({
    service: word(["frontDoor"]),
    subscription: guid,
    tenant: guid,
    resourceGroup: optional(text("the name of a resource group", /^[-\w.()]{0,89}[-\w()]$/)),
    location: optional(text(`an Azure region such as "westeurope"`, /^[a-z0-9]{1,63}$/)),
    tier: optional(word(["Standard", "Premium"])),
    intervalSeconds: optional(whole(5, 255, " (seconds)")),
    failures: optional(whole(1, 4, " (of the last four checks)")),
  }),
};

const providerSchema = variant<TypeOf<(typeof SERVICES)[DnsService]>>("service", SERVICES, PROVIDER);

const frontSchema = variant<TypeOf<(typeof FRONTS)[FrontService]>>(
  "service",
  FRONTS,
  `an object such as { service: "globalAccelerator", account: "123456789012" }`,
);

/** One public name for all sites. */
export const trafficSchema = strict({
  domain: dnsName("shop.example.com"),
  zone: dnsName("example.com"),
  providers: list(providerSchema, "DNS services"),
  front: optional(frontSchema),
  failover: optional(word(["spread", "nearest"])),
  users: optional(map(amount(0, 1, " (part of all users)"), "names of sites to parts of all users")),
  health: optional(
    strict({
      path: optional(text(`a path such as "/readyz"`, /^\/[\w\-./~%:@!$&'()*+,;=?]{0,254}$/)),
      port: optional(whole(1, 65_535)),
      protocol: optional(word(["https", "http"])),
    }),
  ),
  ttlSeconds: optional(whole(0, 300, " (seconds)")),
  objectiveSeconds: optional(whole(1, 3600, " (seconds)")),
  dnssec: optional(word(["unsigned", "signed", "multi-signer"])),
  gateway: optional(gatewaySchema),
});
