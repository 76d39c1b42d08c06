import { kubernetes } from "../../rehearsal/clusters/sites/kubernetes";

/** Clients of a local site, as its administrator. */
export async function clients({ kubeconfig }: { readonly kubeconfig: string }) {
  const k8s = await kubernetes();
  const config = new k8s.KubeConfig();
  config.loadFromString(kubeconfig);
  return {
    core: config.makeApiClient(k8s.CoreV1Api),
    apps: config.makeApiClient(k8s.AppsV1Api),
    batch: config.makeApiClient(k8s.BatchV1Api),
    admission: config.makeApiClient(k8s.AdmissionregistrationV1Api),
    discovery: config.makeApiClient(k8s.DiscoveryV1Api),
    storage: config.makeApiClient(k8s.StorageV1Api),
  };
}
