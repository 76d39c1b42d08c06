import { MESH_NAMESPACE } from "../../plan/mesh";
import { GATE_REQUESTS, quantities } from "../../plan/mesh/overhead";
import type { SiteGate } from "../../plan/mesh/siteGates";
import { AGENT_SOCKET } from "../agentSocket";

/** Name of the Job in every site that has one. */
export const GATE = "multisite-mesh-ready";

/** Seconds until a peer that is not followed fails the update: load balancers of a new site take some minutes. */
export const GATE_SECONDS = 540;

/**
 * Waits until the agent of this node follows every peer that is named, and says whom it does not. `jq` is in Cilium's image
 * (cilium/cilium v1.19.5, images/runtime).
 */
const WAIT = `
set -o pipefail
while true; do
  missing=$(cilium-dbg status -o json 2> /dev/null | jq -r --arg peers "$PEERS" '
    ($peers | split(" ")) - [.["cluster-mesh"].clusters[]? | select(.ready) | .name] | join(", ")') || missing="all: the agent does not answer"
  if [ -z "$missing" ]; then echo "every peer is followed: $PEERS"; exit 0; fi
  if [ "$SECONDS" -ge "$LIMIT_SECONDS" ]; then break; fi
  sleep 2
done
echo "not followed within $LIMIT_SECONDS s: $missing. multisite mesh status says why."
exit 1`;

/** The Job of one site. It asks the agent of its node by its socket, and nothing of the API server: it has no account. */
export function gateJob({ peers, image }: SiteGate) {
  return {
    metadata: {
      name: GATE,
      namespace: MESH_NAMESPACE,
      // One that has failed is made anew by the next update.
      annotations: { "pulumi.com/replaceUnready": "true" },
    },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: GATE_SECONDS + 60,
      template: {
        spec: {
          automountServiceAccountToken: false,
          hostNetwork: true,
          restartPolicy: "Never",
          tolerations: [{ operator: "Exists" }],
          containers: [container(peers, image)],
          volumes: [AGENT_SOCKET.volume],
        },
      },
    },
  };
}

function container(peers: readonly string[], image: string) {
  return {
    name: "wait",
    image,
    command: ["bash", "-c", WAIT],
    env: [
      { name: "PEERS", value: peers.join(" ") },
      { name: "LIMIT_SECONDS", value: String(GATE_SECONDS) },
    ],
    resources: { requests: quantities(GATE_REQUESTS), limits: { memory: "128Mi" } },
    terminationMessagePolicy: "FallbackToLogsOnError",
    securityContext: AGENT_SOCKET.securityContext,
    volumeMounts: [AGENT_SOCKET.mount],
  };
}
