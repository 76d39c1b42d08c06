import type { HostPortSpec } from "../spec";
import type { Field } from "./fields";
import { oneOf } from "./words";

const PROTOCOLS = ["TCP", "UDP", "SCTP"] as const;
const LARGEST_PORT = 65_535;
/** Characters of an IPv6 address at most. */
const LONGEST_ADDRESS = 45;

/**
 * The ports that a pod takes of its node, each once: `hostPort` of its containers and of its sidecars, which run as long
 * as they do. On the network of the host every port of a container is one, as the API server fills in.
 */
export function hostPorts(spec: Field): HostPortSpec[] {
  const onHost = spec.at("hostNetwork").flag() === true;
  const sidecars = spec
    .at("initContainers")
    .items()
    .filter((one) => one.at("restartPolicy").value === "Always");
  const found = new Map<string, HostPortSpec>();
  for (const container of [...spec.at("containers").items(), ...sidecars]) {
    for (const one of container.at("ports").items()) {
      const read = hostPort(one, onHost);
      if (read !== undefined) found.set(JSON.stringify([read.port, read.protocol, read.hostIP]), read);
    }
  }
  return [...found.values()];
}

function hostPort(field: Field, onHost: boolean): HostPortSpec | undefined {
  const own = field.at("hostPort");
  const from = onHost && !own.whole() ? field.at("containerPort") : own;
  const port = from.whole() ?? 0;
  if (port > LARGEST_PORT) from.problem(`must be a port, 1 to ${LARGEST_PORT}, got ${port}`);
  const protocol = oneOf(field.at("protocol"), PROTOCOLS) ?? "TCP";
  const hostIP = field.at("hostIP").text() || undefined;
  if ((hostIP?.length ?? 0) > LONGEST_ADDRESS) field.at("hostIP").problem("must be an address, got a longer text");
  if (port === 0 || port > LARGEST_PORT) return undefined;
  return {
    port,
    ...(protocol === "TCP" ? {} : { protocol }),
    ...(hostIP === undefined || hostIP === "0.0.0.0" ? {} : { hostIP }),
  };
}
