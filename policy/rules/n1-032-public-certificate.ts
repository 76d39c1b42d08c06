import type { Finding } from "../judged";
import type { Rule } from "../rule";

/** Fronts that end the users' TLS themselves, with a certificate of their cloud. */
const ENDS_TLS = ["globalLoadBalancer", "frontDoor"];

/** A health check that no handshake can pass keeps users away; a site that answers with another's certificate gets them. */
export const publicCertificate: Rule = {
  name: "n1-032-public-certificate",
  displayName: "Sites that take traffic have a certificate for the name",
  description: "Each site that users are led to gets its certificate for the fleet's public name by the plan.",
  level: "advisory",
  severity: "medium",
  remediation:
    "Give traffic.gateway, by which each site gets its certificate and is not ready without one; or see to it elsewhere, and accept this as an exception.",
  judge: ({ traffic }): Finding[] => {
    if (traffic === undefined || traffic.gateway !== undefined || traffic.health.protocol !== "https") return [];
    if (traffic.front !== undefined && ENDS_TLS.includes(traffic.front.service)) return [];
    const sites = traffic.sites.filter(({ serves }) => serves);
    return sites.map(({ name }) => ({
      site: name,
      message: `Site ${name} takes traffic of ${traffic.domain}, and nothing here gives it a certificate for that name, or renews it. Give traffic.gateway, or accept it for now.`,
    }));
  },
};
