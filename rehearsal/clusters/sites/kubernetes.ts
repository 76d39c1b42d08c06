/**
 * The Kubernetes client. It is an ES module, which CommonJS can only load while it runs, and it takes a second: so it is
 * loaded when there is a cluster to talk to.
 */
export const kubernetes = () => import("@kubernetes/client-node");

/** The configuration of a client, from the text of a kubeconfig. */
export async function kubeConfigOf(text: string): Promise<InstanceType<Classes["KubeConfig"]>> {
  const { KubeConfig } = await kubernetes();
  const config = new KubeConfig();
  config.loadFromString(text);
  return config;
}

type Classes = Awaited<ReturnType<typeof kubernetes>>;

export type CoreV1Api = InstanceType<Classes["CoreV1Api"]>;
export type V1DaemonSet = InstanceType<Classes["V1DaemonSet"]>;
export type V1Node = InstanceType<Classes["V1Node"]>;
export type V1Pod = InstanceType<Classes["V1Pod"]>;
export type V1PodSpec = InstanceType<Classes["V1PodSpec"]>;
export type V1Toleration = InstanceType<Classes["V1Toleration"]>;
