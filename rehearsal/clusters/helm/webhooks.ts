import type { HelmSession } from "./session";

/**
 * Arguments with which helm installs the webhooks of a chart so that they refuse nothing when they do not answer, and no
 * aggregated API. Behind their Services are pods that run nothing here: an API server would refuse every object that a
 * webhook is to see, and could delete no namespace, since it must first ask every API what it has there.
 */
export function lenientWebhooks(helm: HelmSession): readonly string[] {
  const script = helm.write("webhooks.js", SCRIPT);
  return ["--post-renderer", process.execPath, "--post-renderer-args", script];
}

/** A program of its own, as helm wants it: manifests in, manifests out. All but webhooks, conversions and aggregated APIs stay to the byte. */
const SCRIPT = `
const { parseDocument } = require(${JSON.stringify(require.resolve("yaml"))});
let text = "";
process.stdin.setEncoding("utf8");
process.stdin.on("data", (chunk) => { text += chunk; });
process.stdin.on("end", () => process.stdout.write(text.split(/^---$/m).map(lenient).join("---")));
function lenient(part) {
  if (/^kind: ["']?APIService\\b/m.test(part)) return "\\n";
  if (/^kind: ["']?CustomResourceDefinition\\b/m.test(part) && /^ +strategy: ["']?Webhook\\b/m.test(part)) {
    const definition = parseDocument(part);
    if (!definition.hasIn(["spec", "conversion", "webhook", "clientConfig", "service"])) return part;
    definition.setIn(["spec", "conversion"], { strategy: "None" });
    return "\\n" + definition.toString();
  }
  if (!/^kind: ["']?(Validating|Mutating)WebhookConfiguration\\b/m.test(part)) return part;
  const manifest = parseDocument(part);
  for (const webhook of manifest.get("webhooks")?.items ?? []) {
    if (webhook.hasIn(["clientConfig", "service"])) webhook.set("failurePolicy", "Ignore");
  }
  return "\\n" + manifest.toString();
}
`;
