import type { DnsProviderSpec, DnsService, FrontService, FrontSpec, TrafficSpec } from "./spec";

/** How long the users of a lost site wait at one service. */
export interface FailoverTime {
  readonly service: DnsService | FrontService;
  readonly intervalSeconds: number;
  /** Checks in a row that must fail. */
  readonly failures: number;
  /** What the last of them may take before it counts as failed. */
  readonly timeoutSeconds: number;
  /** From the loss to answers without the site: failures x interval + timeout. */
  readonly detectionSeconds: number;
  /** How long resolvers may still give the old answer. */
  readonly ttlSeconds: number;
  readonly totalSeconds: number;
}

export const DEFAULT_TTL_SECONDS = 30;
export const DEFAULT_OBJECTIVE_SECONDS = 120;

/**
 * The time to fail over, per service, at the worst: the site is lost right after a check. A resolver that keeps answers
 * for longer than their TTL is nobody's to predict.
 */
export function failoverTimes({ providers, ttlSeconds = DEFAULT_TTL_SECONDS }: TrafficSpec): FailoverTime[] {
  return providers.map((provider) => {
    const checks = healthChecks(provider);
    const detectionSeconds = checks.failures * checks.intervalSeconds + checks.timeoutSeconds;
    return {
      service: provider.service,
      ...checks,
      detectionSeconds,
      ttlSeconds,
      totalSeconds: detectionSeconds + ttlSeconds,
    };
  });
}

/** How each front checks unless it is told otherwise. Google's own default is every five seconds, and two failures. */
const FRONT_CHECKS: Readonly<Record<FrontService, Pick<FailoverTime, "intervalSeconds" | "failures">>> = {
  globalAccelerator: { intervalSeconds: 10, failures: 3 },
  globalLoadBalancer: { intervalSeconds: 5, failures: 2 },
  frontDoor: { intervalSeconds: 10, failures: 2 },
};

/**
 * The time to fail over of an anycast front, which nobody's cache prolongs. A check is given until the next: Google takes
 * that as its timeout, and the others document none. Sources: Global Accelerator, `HealthCheckIntervalSeconds` and
 * `ThresholdCount` of an endpoint group; Google, "Health checks overview"; Front Door takes a site for dead when too few of
 * its last samples are good ("Health probes").
 */
export function frontTime(front: FrontSpec): FailoverTime {
  const usual = FRONT_CHECKS[front.service];
  const { intervalSeconds = usual.intervalSeconds, failures = usual.failures } = front;
  const detectionSeconds = failures * intervalSeconds + intervalSeconds;
  return {
    ...{ service: front.service, intervalSeconds, failures, timeoutSeconds: intervalSeconds, detectionSeconds },
    ...{ ttlSeconds: 0, totalSeconds: detectionSeconds },
  };
}

/** How a service checks, with its defaults resolved. */
export type HealthChecks = Pick<FailoverTime, "intervalSeconds" | "failures" | "timeoutSeconds">;

/**
 * Sources: Route 53 gives a TCP connection four seconds and the answer two more (Developer Guide, "How Route 53
 * determines whether a health check is healthy"); Cloud DNS checks public addresses every 30 s at the fastest (health
 * checks with `sourceRegions`, Compute Engine API); Traffic Manager every 10 or 30 s (azure-docs, traffic-manager-monitoring.md).
 */
export function healthChecks(provider: DnsProviderSpec): HealthChecks {
  switch (provider.service) {
    case "route53":
      return { intervalSeconds: provider.intervalSeconds ?? 10, failures: provider.failures ?? 3, timeoutSeconds: 6 };
    case "cloudDns":
      return { intervalSeconds: provider.intervalSeconds ?? 30, failures: provider.failures ?? 2, timeoutSeconds: 5 };
    case "trafficManager":
      return {
        intervalSeconds: provider.intervalSeconds ?? 10,
        failures: provider.failures ?? 2,
        timeoutSeconds: provider.timeoutSeconds ?? 5,
      };
  }
}
