/** A chart as a release asks for it. */
export interface WantedChart {
  /** Name, path or `oci://` URL, as the program gives it. */
  readonly chart: string;
  /** An exact version, a range, or empty for the newest. */
  readonly version: string;
  /** Whether the newest may be a development version. */
  readonly devel: boolean;
  readonly repository: RepositoryAccess;
}

/** What says where a chart is. */
export interface NamedChart extends Pick<WantedChart, "chart"> {
  readonly repository: Pick<RepositoryAccess, "repo">;
}

/** How a chart repository is reached. */
export interface RepositoryAccess {
  /** URL; empty where the release names none. */
  readonly repo: string;
  readonly username: string;
  /** Secret. */
  readonly password: string;
  /** Paths of PEM files. */
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** Without TLS. @default false */
  readonly plainHttp?: boolean;
}

/** The name of a chart, without where it comes from. */
export function chartName({ chart }: Pick<WantedChart, "chart">): string {
  return chart.trim().split("/").at(-1) ?? chart;
}

/** Whether a version names one chart and no range. */
export function isExact(version: string): boolean {
  return /^v?\d+\.\d+\.\d+(-[\w.-]+)?(\+[\w.-]+)?$/.test(version.trim());
}

/** Whether two exact versions are one, for helm: a `v` before it says nothing. */
export function sameVersion(left: string, right: string): boolean {
  return left.trim().replace(/^v/, "") === right.trim().replace(/^v/, "");
}

/** A chart in words. */
export function described(wanted: WantedChart): string {
  const { chart, version, repository } = wanted;
  const which = version.trim() === "" ? "" : ` ${version.trim()}`;
  return `${chart.trim()}${which}${repository.repo === "" ? "" : ` of ${repository.repo}`}`;
}
