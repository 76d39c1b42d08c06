import { endingChain, GATEWAY } from "pulumi-multisite/plan";
import { kubernetesData, SECRET } from "./kubernetesData";
import type { TrustRule } from "./trustRule";

/** Nobody renews a certificate that a program gives but who gives another. */
export const publicCertificateEnds: TrustRule = {
  name: "tr-008-public-certificate-ends",
  displayName: "Certificates given for the public name are renewed in time",
  description: "A certificate that the program gives a site's gateway has a third of its life left, or more.",
  level: "advisory",
  severity: "high",
  remediation:
    'Give publicCertificates new ones and run `pulumi up`, or have the sites renew theirs by traffic.gateway.certificate { by: "acme" }.',
  types: [SECRET],
  judge: ({ name, type, props, now }) =>
    kubernetesData(type, props).flatMap(({ where, texts }) => {
      if (where !== `${GATEWAY.namespace}/${GATEWAY.certificate}`) return [];
      const ending = endingChain(texts["tls.crt"] ?? "", now);
      return ending === undefined ? [] : [`Certificate ${name} ${ending}. Give a new one, and run again.`];
    }),
};
