import { kubeConfigOf, kubernetes } from "../../rehearsal/clusters/sites/kubernetes";

/** One for each site, so that all clients of a test share its connections. */
const known = new Map<string, ReturnType<typeof kubeConfigOf>>();

function configs(kubeconfig: string): ReturnType<typeof kubeConfigOf> {
  const config = known.get(kubeconfig) ?? kubeConfigOf(kubeconfig);
  known.set(kubeconfig, config);
  return config;
}

/** Clients of a local site, as its administrator. */
export async function clients({ kubeconfig }: { readonly kubeconfig: string }) {
  const k8s = await kubernetes();
  const config = await configs(kubeconfig);
  return {
    core: config.makeApiClient(k8s.CoreV1Api),
    apps: config.makeApiClient(k8s.AppsV1Api),
    batch: config.makeApiClient(k8s.BatchV1Api),
    admission: config.makeApiClient(k8s.AdmissionregistrationV1Api),
    discovery: config.makeApiClient(k8s.DiscoveryV1Api),
    networking: config.makeApiClient(k8s.NetworkingV1Api),
    storage: config.makeApiClient(k8s.StorageV1Api),
  };
}
