import { type Bundle, VERSIONS } from "./versions";

/** An official archive or executable. */
export interface Archive {
  readonly url: string;
  readonly hash: "sha256" | "sha512";
  /** The digest, in hexadecimal. */
  readonly digest: string;
  /** Where the programs lie in a tar.gz, `*` in place of a program's name; undefined for a bare executable. */
  readonly member: string | undefined;
}

/**
 * Digests are pinned here, not fetched beside the archives: a digest from the same host proves that a transfer was whole,
 * and nothing else. Kubernetes' are from its CHANGELOG-1.35.md; those of etcd, helm and kwok are as packagers quote them
 * (two of them agree for x64, one alone for kwok and etcd on arm64). Read 2026-11-20. A digest that is wrong loses no more
 * than the download: the programs are then built.
 *
 * Kubernetes publishes no servers for other systems than Linux; there everything is built.
 */
const DIGESTS: Readonly<Record<string, Readonly<Partial<Record<Bundle, string>>>>> = {
  "linux-x64": {
    kubernetes:
      "7454c2d9023de3230972e965e1e2a587a291e2a1abee703bb0737057e1646b23ebac538b93dd778e93579e3c293dc1fa8d002e6848ad5ebc01598bc47358fe44",
    etcd: "ffe840ff9295808e88cce2794a18a5ac87f12a5203c8314d0bf6aa119b41bac5",
    kwok: "f5a4385a2ae1b9dd7f8acae18e002a75c0ebba124ae9d7259aa8dadb50711f46",
    helm: "1e4ab49e429626cf6c6958d914248b78c9730803c2751b87627e171dc800e7bb",
  },
  "linux-arm64": {
    kubernetes:
      "67187a2fe780be7816f9d10e082ed02cbba306bab379980280d00ba4c4017ff53c50cd2ff81d248c91ddcc064276b8760e17c73a1a7da1d35067a6fc0ffbdc88",
    etcd: "fa1b80565ee6fc2df1ae6f57a508b221f3ecc7d591c317c581cd8281b0842b3e",
    kwok: "628f7d277860f524a2a775c217adcc58828e7b59ab0933680315784f1b8b0e37",
    helm: "f14e804dfee240f55525b667488fe9adca349e63e00c9af634c0beb1421ac310",
  },
};

/** The hosts that archives come from, for error messages. */
export const HOSTS = ["dl.k8s.io", "github.com", "get.helm.sh"] as const;

/** The official archive of a bundle for a system, or undefined where none is published. */
export function archiveOf(bundle: Bundle, platform: string, arch: string): Archive | undefined {
  const digest = DIGESTS[`${platform}-${arch}`]?.[bundle];
  if (digest === undefined) return undefined;
  const goArch = arch === "x64" ? "amd64" : arch;
  const version = VERSIONS[bundle];
  switch (bundle) {
    case "kubernetes":
      return {
        url: `https://dl.k8s.io/v${version}/kubernetes-server-linux-${goArch}.tar.gz`,
        hash: "sha512",
        digest,
        member: "kubernetes/server/bin/*",
      };
    case "etcd": {
      const name = `etcd-v${version}-linux-${goArch}`;
      const url = `https://github.com/etcd-io/etcd/releases/download/v${version}/${name}.tar.gz`;
      return { url, hash: "sha256", digest, member: `${name}/*` };
    }
    case "kwok": {
      const url = `https://github.com/kubernetes-sigs/kwok/releases/download/v${version}/kwok-linux-${goArch}`;
      return { url, hash: "sha256", digest, member: undefined };
    }
    case "helm":
      return {
        url: `https://get.helm.sh/helm-v${version}-linux-${goArch}.tar.gz`,
        hash: "sha256",
        digest,
        member: `linux-${goArch}/*`,
      };
    default:
      return undefined;
  }
}
