import type { AcmeCertificateSpec, GatewaySpec } from "../../lib/plan/gateway/spec";

export const ROUTE = { namespace: "shop", service: "frontend", port: 80, check: "/healthz" } as const;

export const ACME: AcmeCertificateSpec = { by: "acme", email: "platform@example.com" };

/** A gateway that is valid as it is. */
export function gateway(change: Partial<GatewaySpec> = {}): GatewaySpec {
  return { routes: [ROUTE], certificate: { by: "given" }, ...change };
}
