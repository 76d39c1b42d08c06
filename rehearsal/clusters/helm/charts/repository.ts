import { stringify } from "yaml";
import type { HelmSession } from "../session";
import { isUrl } from "./local";
import { described, type RepositoryAccess, type WantedChart } from "./wanted";

/** The name that a repository gets in the session's helm. */
const SOURCE = "source";

/**
 * Fetches a chart's archive from the repository, or the OCI registry, that a release names.
 * @param patience milliseconds for all of it.
 * @throws HelmError, Error
 */
export async function pullChart(
  wanted: WantedChart,
  destination: string,
  helm: HelmSession,
  patience: number,
): Promise<void> {
  const { repository, version, devel } = wanted;
  const chart = wanted.chart.trim();
  const which = version.trim() === "" ? (devel ? ["--devel"] : []) : ["--version", version.trim()];
  const pull = (name: string, ...more: string[]) =>
    helm.run(["pull", name, "--destination", destination, ...which, ...more, ...certificates(repository)], patience);
  if (isUrl(chart)) {
    if (repository.username !== "") writeLogin(new URL(chart).host, repository, helm);
    await pull(chart);
  } else if (!isUrl(repository.repo)) {
    throw new Error(
      `${described(wanted)} is in no repository that is known here: the repositories of your own helm are not used. Give the repository's URL: repositoryOpts.repo, or fetchOpts.repo for a helm.v3.Chart`,
    );
  } else if (repository.username === "") {
    await pull(chart, "--repo", repository.repo);
  } else {
    writeRepository(repository, helm);
    await helm.run(["repo", "update", SOURCE, "--fail-on-repo-update-fail"], patience);
    await pull(`${SOURCE}/${chart}`);
  }
}

function certificates({ caFile, certFile, keyFile, plainHttp = false }: RepositoryAccess): string[] {
  const flags = { "--ca-file": caFile, "--cert-file": certFile, "--key-file": keyFile };
  const given = Object.entries(flags).flatMap(([flag, file]) => (file === "" ? [] : [flag, file]));
  return plainHttp ? [...given, "--plain-http"] : given;
}

/** By a file, because everyone on a machine can read a command line. */
function writeRepository(access: RepositoryAccess, helm: HelmSession): void {
  const { repo: url, username, password, caFile, certFile, keyFile } = access;
  const repository = { name: SOURCE, url, username, password, caFile, certFile, keyFile };
  helm.write("config/repositories.yaml", stringify({ apiVersion: "v1", repositories: [repository] }));
}

function writeLogin(host: string, { username, password }: RepositoryAccess, helm: HelmSession): void {
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  helm.write("config/registry/config.json", JSON.stringify({ auths: { [host]: { auth } } }));
}
