import type { ReleaseInputs } from "./inputs";
import { releaseId } from "./naming";

/** What helm says when another helm is at a release, or was ended while it was. */
const IN_PROGRESS = /another operation \(install\/upgrade\/rollback\) is in progress/;
const NAME_IN_USE = /cannot re-use a name that is still in use/;
const NOT_FOUND = /release: not found/;
const UNREACHABLE = /Kubernetes cluster unreachable: /;

/** Whether an install failed before it began, because there is such a release. */
export function isNameInUse(message: string): boolean {
  return NAME_IN_USE.test(message);
}

export function isNotFound(message: string): boolean {
  return NOT_FOUND.test(message);
}

/**
 * What helm said, as the real provider says it; followed, where helm leaves people alone, by the way out.
 * @param verb what was attempted, such as `create`.
 */
export function explained(message: string, { name, namespace }: ReleaseInputs, verb: string): string {
  if (UNREACHABLE.test(message)) return unreachable(message, verb);
  const where = `${name} -n ${namespace}`;
  if (IN_PROGRESS.test(message)) {
    return `${message}. Either another run is at it right now, or one was ended in the middle. See \`helm history ${where}\`; when nobody is at it, go back to the last revision that worked with \`helm rollback ${where}\`, or, if none ever did, take it away with \`helm uninstall ${where}\`; then run this again`;
  }
  if (NAME_IN_USE.test(message)) {
    const id = releaseId(namespace, name);
    return `${message}. The cluster has a release ${id} that this program's state does not know: somebody else made it, or a run that was ended before it could note it. Take it away with \`helm uninstall ${where}\`, or keep it with \`pulumi import kubernetes:helm.sh/v3:Release <name> ${id}\`; then run this again`;
  }
  if (NOT_FOUND.test(message) && verb === "delete") {
    return `${message}. Somebody else took it away: refresh the state, then run this again`;
  }
  return message;
}

/** In the words of the real provider, which has asked for the API's schema by then, where helm asks for its version. */
function unreachable(message: string, verb: string): string {
  const reason = message.slice(message.search(UNREACHABLE)).replace(UNREACHABLE, "");
  const asked = reason.replace(/^(Get "[^"]*)\/version(\?[^"]*)?"/, '$1/openapi/v2?timeout=32s"');
  const why = `unable to load schema information from the API server: ${asked}`;
  if (verb === "delete") return `can't delete Helm Release with unreachable cluster. Reason: ${JSON.stringify(why)}`;
  return `can't ${verb} Helm Release with unreachable cluster: ${why}`;
}
