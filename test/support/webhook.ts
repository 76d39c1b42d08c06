import { createServer } from "node:https";
import { makeKey } from "../../rehearsal/clouds/tls/keys";
import { selfSign } from "../../rehearsal/clouds/tls/x509";
import type { LocalSite } from "../../rehearsal/clusters/sites";
import { until } from "./folders";
import { clients } from "./localClients";

/** A validating webhook that allows everything and counts how often it was asked. */
export interface Webhook {
  readonly listener: { readonly host: string; readonly port: number };
  readonly caPem: string;
  calls: number;
  close(): void;
}

/** Starts a webhook on loopback, with a certificate for `hook.<namespace>.svc` of the given namespaces. */
export async function startWebhook(...namespaces: string[]): Promise<Webhook> {
  const key = makeKey("ECDSA", "P256", 0);
  const names = { subject: { commonName: "hook" }, dnsNames: namespaces.map((name) => `hook.${name}.svc`) };
  const { certPem } = selfSign(
    key,
    { ...names, ipAddresses: [], uris: [] },
    {
      allowedUses: ["digital_signature", "cert_signing", "server_auth"],
      hours: 1,
      isCa: true,
      maxPathLength: undefined,
      setSubjectKeyId: true,
      setAuthorityKeyId: false,
    },
    new Date(),
  );
  const server = createServer(
    { cert: certPem, key: key.export({ type: "pkcs8", format: "pem" }) },
    (request, response) => {
      let text = "";
      request.on("data", (chunk) => {
        text += chunk;
      });
      request.on("end", () => {
        hook.calls++;
        const { uid } = JSON.parse(text).request;
        response.setHeader("content-type", "application/json");
        const answer = { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response: { uid, allowed: true } };
        response.end(JSON.stringify(answer));
      });
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  const hook: Webhook = { listener: { host: "127.0.0.1", port }, caPem: certPem, calls: 0, close };
  return hook;
}

/**
 * Creates ConfigMaps in a namespace of its own whose webhook must allow them, behind a Service with one endpoint, until
 * the API server has noticed the webhook.
 * @returns `allowed` when the webhook was asked, else the API server's message.
 */
export async function createUnder(hook: Webhook, site: LocalSite, namespace: string, address: string): Promise<string> {
  const { admission, core } = await clients(site);
  await publish(hook, site, namespace, address);
  hook.calls = 0;
  let outcome: string | undefined;
  await until(async () => {
    try {
      await core.createNamespacedConfigMap({ namespace, body: { metadata: { generateName: "x-" } } });
      if (hook.calls > 0) outcome = "allowed";
    } catch (error) {
      const said = String((error as { body?: unknown }).body ?? error);
      if (!/no endpoints available|not found/.test(said)) outcome = said;
    }
    return outcome !== undefined;
  });
  await admission.deleteValidatingWebhookConfiguration({ name: namespace });
  return outcome ?? "";
}

async function publish(hook: Webhook, site: LocalSite, namespace: string, address: string): Promise<void> {
  const { admission, core, discovery } = await clients(site);
  await core.createNamespace({ body: { metadata: { name: namespace, labels: { hooked: namespace } } } });
  const ports = [{ port: 443, targetPort: 8443 }];
  await core.createNamespacedService({ namespace, body: { metadata: { name: "hook" }, spec: { ports } } });
  await discovery.createNamespacedEndpointSlice({
    namespace,
    body: {
      metadata: { name: "hook", labels: { "kubernetes.io/service-name": "hook" } },
      addressType: "IPv4",
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
      ports: [{ name: "", port: 8443, protocol: "TCP" }],
    },
  });
  await admission.createValidatingWebhookConfiguration({
    body: {
      metadata: { name: namespace },
      webhooks: [
        {
          name: `${namespace}.multisite.example`,
          clientConfig: {
            service: { namespace, name: "hook" },
            caBundle: Buffer.from(hook.caPem).toString("base64"),
          },
          rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] }],
          namespaceSelector: { matchLabels: { hooked: namespace } },
          failurePolicy: "Fail",
          sideEffects: "None",
          admissionReviewVersions: ["v1"],
          timeoutSeconds: 5,
        },
      ],
    },
  });
}
