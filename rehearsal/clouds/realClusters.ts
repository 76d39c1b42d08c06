/** A real API server that stands behind a simulated cluster. */
export interface RealCluster {
  /** Host and port, such as `127.0.0.1:41234`. */
  readonly address: string;
  /** The authority that signed its certificate, in PEM. */
  readonly caPem: string;
}

/** A cluster as its cloud knows it. */
export interface SimulatedCluster {
  readonly kind: "eks" | "gke" | "aks";
  readonly name: string;
  readonly region: string | undefined;
}

/** The real API server of a simulated cluster; undefined where the cluster is simulated through and through. */
export type RealClusters = (cluster: SimulatedCluster) => RealCluster | undefined;

export const NO_REAL_CLUSTERS: RealClusters = () => undefined;

/** An authority as clouds hand it out: PEM in base64. Made up from digits where no API server is behind it. */
export function authorityData(real: RealCluster | undefined, digits: string): string {
  const pem = real?.caPem ?? `-----BEGIN CERTIFICATE-----\n${digits}\n-----END CERTIFICATE-----\n`;
  return Buffer.from(pem).toString("base64");
}
