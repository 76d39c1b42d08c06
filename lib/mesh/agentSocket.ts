/** Folder of a node in which its agent has its socket. */
const FOLDER = "/var/run/cilium";

/** What a pod of ours needs to ask the agent of its node, and nothing of the API server. */
export const AGENT_SOCKET = {
  path: `${FOLDER}/cilium.sock`,
  volume: { name: "cilium", hostPath: { path: FOLDER, type: "Directory" } },
  mount: { name: "cilium", mountPath: FOLDER, readOnly: true },
  securityContext: {
    // The socket is root's.
    runAsUser: 0,
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
  },
};
