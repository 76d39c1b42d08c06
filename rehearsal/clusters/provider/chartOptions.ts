import { isObject, own } from "../../clouds/wire";
import type { Properties } from "../../engine/provider";
import { REFUSED } from "../helm/inputs";
import { textAt } from "./objects";
import type { Capabilities, ChartTemplate } from "./templates";

/**
 * What `helm.v3.Chart` asks for, out of the JSON that every SDK sends.
 * @param cluster what the cluster says, if it can be asked; what the program says comes first.
 * @throws Error for what the real provider refuses, and for what is not done here.
 */
export function chartOptions(options: Properties, cluster: Capabilities | undefined): ChartTemplate {
  const said = (name: string) => textAt(options, name);
  const fetching = (name: string) => textAt(options, "fetch_opts", name);
  const path = said("path");
  if (path === "") refuseReference(options);
  const kubeVersion = said("kube_version") || cluster?.kubeVersion;
  const apiVersions = textsOf(own(options, "api_versions")) ?? cluster?.apiVersions ?? [];
  const values = own(options, "values");
  return {
    chart: {
      chart: path === "" ? referenceOf(said("chart"), said("repo"), fetching("repo")) : folderOf(path, said("chart")),
      version: path === "" ? said("version") || fetching("version") : "",
      devel: isObject(options.fetch_opts) && own(options.fetch_opts, "devel") === true,
      repository: {
        repo: fetching("repo"),
        username: fetching("username"),
        password: fetching("password"),
        caFile: fetching("ca_file"),
        certFile: fetching("cert_file"),
        keyFile: fetching("key_file"),
      },
    },
    releaseName: said("release_name"),
    namespace: said("namespace") || "default",
    values: isObject(values) ? values : {},
    capabilities: { apiVersions, ...(kubeVersion !== undefined && { kubeVersion }) },
    skipCrds: own(options, "skip_crd_rendering") === true,
    hooks: own(options, "include_test_hook_resources") === true ? "all" : "allButTests",
  };
}

/** A chart's name, after that of its repository where no URL says which it is. */
function referenceOf(chart: string, repository: string, url: string): string {
  const prefix = `${repository.replace(/\/$/, "")}/`;
  return url !== "" || prefix === "/" || chart.startsWith(prefix) || chart.startsWith("oci:") ? chart : prefix + chart;
}

/** References that helm itself would not fetch, and those that are not verified here. */
function refuseReference(options: Properties): void {
  const [repo, chart] = [textAt(options, "repo"), textAt(options, "chart")];
  const fetch = own(options, "fetch_opts");
  if (repo.startsWith("http")) {
    throw new Error(
      `'repo' option specifies the name of the Helm Chart repo, not the URL: use 'fetchOpts.repo' for ${repo}`,
    );
  }
  if (isObject(fetch) && own(fetch, "verify") === true) {
    throw new Error(`cannot rehearse: fetchOpts.verify: ${REFUSED.verify}`);
  }
  if (textAt(fetch, "repo") !== "" || repo !== "" || /^[a-z][a-z0-9+.-]*:\/\//i.test(chart)) return;
  if (/^[./]/.test(chart)) {
    throw new Error(
      `failed to pull chart: ${JSON.stringify(chart)} is no chart of a repository: give a folder as 'path', in place of 'chart'`,
    );
  }
  if (!chart.includes("/")) {
    throw new Error(
      `failed to pull chart: non-absolute URLs should be in form of repo_name/path_to_chart, got: ${chart}. Give 'fetchOpts.repo' the URL of the chart's repository`,
    );
  }
}

/** As a path even where it could be taken for a name. */
function folderOf(path: string, inside: string): string {
  const start = /^[./]/.test(path) ? path : `./${path}`;
  return inside === "" ? start : `${start.replace(/\/+$/, "")}/${inside.split("/").at(-1)}`;
}

function textsOf(value: unknown): string[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.filter((item): item is string => typeof item === "string");
}
