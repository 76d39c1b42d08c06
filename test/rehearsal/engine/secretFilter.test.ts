import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { redactor } from "../../../rehearsal/clouds/wire";
import { foundRelease, releaseOutputs } from "../../../rehearsal/clusters/helm/outputs";
import { withSecrets } from "../../../rehearsal/clusters/provider/checkpoint";
import type { Properties } from "../../../rehearsal/engine/provider";
import { SecretFilter } from "../../../rehearsal/engine/secretFilter";
import { makeSecret } from "../../../rehearsal/engine/values";

const CANARY = "canary-51c7";

/** Cilium's release at a site, of which one value is secret. */
const RELEASE: Properties = {
  name: "cilium",
  namespace: "kube-system",
  values: { cluster: { name: "belgium", id: 2 }, podAnnotations: { hash: makeSecret(CANARY) }, tunnel: "vxlan" },
};
const LIVE = {
  name: "cilium",
  namespace: "kube-system",
  revision: 1,
  status: "deployed",
  chart: "cilium",
  chartVersion: "1.20.2",
  appVersion: "1.20.2",
  values: { cluster: { name: "belgium", id: 2 }, podAnnotations: { hash: CANARY }, tunnel: "vxlan" },
  resourceNames: {},
};

/** A Deployment of which one variable is secret: its provider marks the whole list, since servers may sort it. */
const DEPLOYMENT: Properties = {
  kind: "Deployment",
  metadata: { name: "belgium-web" },
  spec: { containers: [{ name: "belgium", env: [{ name: "PASSWORD", value: makeSecret(CANARY) }] }] },
};
const SERVERS: Properties = {
  ...DEPLOYMENT,
  spec: { containers: [{ name: "belgium", env: [{ name: "PASSWORD", value: CANARY }], imagePullPolicy: "Always" }] },
};

const resources: [what: string, resource: { inputs: Properties; outputs: Properties }][] = [
  ["a release", { inputs: RELEASE, outputs: releaseOutputs(RELEASE, LIVE) }],
  ["an object", { inputs: DEPLOYMENT, outputs: withSecrets(SERVERS, DEPLOYMENT) }],
];
for (const [what, resource] of resources) {
  test(`${what} that holds a secret: messages name the site and not the secret`, () => {
    const filter = new SecretFilter();
    filter.learnResource(resource);
    assert.equal(
      filter.mask(`belgium-cilium in kube-system of belgium failed: ${CANARY} (belgium-web, PASSWORD)`),
      "belgium-cilium in kube-system of belgium failed: [secret] (belgium-web, PASSWORD)",
    );
  });
}

test("a release that a program only reads: its values are masked, and not where it lies", () => {
  const filter = new SecretFilter();
  filter.learnResource({ inputs: {}, outputs: foundRelease(LIVE).outputs });
  assert.equal(filter.mask(`kube-system/cilium has ${CANARY}`), "kube-system/cilium has [secret]");
});

test("what comes as a secret from a provider only is masked, and so is what the program hides as a whole", () => {
  const filter = new SecretFilter();
  filter.learnResource({
    inputs: { name: "belgium", login: makeSecret({ user: "administrator" }) },
    outputs: { name: "belgium", login: makeSecret({ user: "administrator", key: CANARY }) },
  });
  assert.equal(filter.mask(`belgium: administrator ${CANARY}`), "belgium: [secret] [secret]");
});

test("no secret of the inputs is ever shown, whatever else says the same", () => {
  const text = fc.stringMatching(/^[a-z0-9-]{3,12}$/);
  fc.assert(
    fc.property(text, fc.array(text), (hidden, others) => {
      const filter = new SecretFilter();
      const inputs = { open: others, part: { list: [...others, makeSecret(hidden)] } };
      filter.learnResource({ inputs, outputs: { copy: makeSecret(inputs) } });
      assert.ok(!filter.mask(`before ${hidden} after`).includes(` ${hidden} `));
    }),
  );
});

test("text that holds a secret as JSON has it holds the secret, and a secret that is an ordinary word is none", () => {
  const filter = new SecretFilter();
  for (const secret of ['a "quoted"\nword', "True"]) filter.add(secret);
  // Recorded from the real engine.
  assert.equal(
    filter.mask(JSON.stringify({ note: 'a "quoted"\nword', on: "True" })),
    '{"note":"[secret]","on":"True"}',
  );
});

/** How an API server shows an object that it refuses: Go's JSON, in quotes. */
const shownByGo = (object: unknown): string =>
  JSON.stringify(JSON.stringify(object).replace(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`));

test("a secret is masked in an object that an API server shows, whatever signs it has", () => {
  const secrets = fc
    .array(fc.constantFrom(...'ab<>&"\\\n'), { minLength: 3, maxLength: 12 })
    .map((signs) => `7${signs.join("")}7`);
  fc.assert(
    fc.property(secrets, (secret) => {
      const said = `Invalid value: ${shownByGo({ env: [{ name: "PW", value: secret }] })}: no`;
      const masked = `Invalid value: ${shownByGo({ env: [{ name: "PW", value: "[secret]" }] })}: no`;
      const filter = new SecretFilter();
      filter.add(secret);
      assert.equal(filter.mask(said), masked);
      assert.equal(redactor({ values: { pw: makeSecret(secret) } })(said), masked);
    }),
  );
});
