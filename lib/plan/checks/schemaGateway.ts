import type { AcmeCertificateSpec, GivenCertificateSpec } from "../gateway/spec";
import { list, optional, strict, text, variant, whole, word } from "./leaves";

const label = (what: string) => text(what, /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);

const CERTIFICATES = {
  given: strict({ by: word(["given"]) }),
  acme: strict({
    by: word(["acme"]),
    service: optional(word(["route53", "cloudDns", "trafficManager"])),
    server: optional(
      text(
        `a URL such as "https://acme-v02.api.letsencrypt.org/directory"`,
        /^https:\/\/[a-z0-9][-a-z0-9.]*(:\d{1,5})?(\/[\w\-./~]*)?$/,
      ),
    ),
    serverRoot: optional(
      text("certificates in PEM", /^\s*-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----\s*$/),
    ),
    email: optional(text(`an address such as "platform@example.com"`, /^[^\s@]{1,64}@[^\s@]{1,190}$/)),
  }),
};

const certificateSchema = variant<GivenCertificateSpec | AcmeCertificateSpec>(
  "by",
  CERTIFICATES,
  `an object such as { by: "acme" }`,
);

const routeSchema = strict({
  path: optional(
    text(`whole parts of a path without a "/" at the end, such as "/api"`, /^(\/|(\/[\w\-.~%!$&'()*+,;=:@]+)+)$/),
  ),
  namespace: label(`the name of a namespace such as "shop"`),
  service: label(`the name of a Service such as "frontend"`),
  port: whole(1, 65_535),
  check: optional(text(`a path such as "/healthz"`, /^\/[\w\-./~%:@!$&'()*+,;=?]{0,254}$/)),
});

/** The gateway of every site. */
export const gatewaySchema = strict({
  routes: list(routeSchema, `routes such as { namespace: "shop", service: "frontend", port: 80 }`),
  certificate: certificateSchema,
  className: optional(text(`the name of a GatewayClass such as "cilium"`, /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/)),
  namespaces: optional(word(["made", "given"])),
  readinessImage: optional(
    text(
      `an image such as "docker.io/library/haproxy:3.2-alpine"`,
      /^[a-z0-9][\w.\-:/]{0,199}(@sha256:[0-9a-f]{64})?$/,
    ),
  ),
});
