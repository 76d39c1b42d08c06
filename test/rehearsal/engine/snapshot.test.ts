import assert from "node:assert/strict";
import { it } from "node:test";
import type { PendingOperation } from "../../../rehearsal/engine/pending";
import { type Deployment, DeploymentCodec } from "../../../rehearsal/engine/snapshot";
import type { ResourceState } from "../../../rehearsal/engine/state";
import { makeSecret } from "../../../rehearsal/engine/values";

/** Of the same passphrase, from another process: in one process all new states share theirs. */
const ANOTHER = "v1:JMbl5QN/FCc=:v1:+FOnCKnDvj4ZgeTL:/QKOA3aR5NLlFbjJP1XxT3ytd8I0NA==";

const resource = (outputs: object) => ({ urn: "urn:pulumi:dev::p::t::a", type: "t", custom: false, outputs });

/** A state with one secret, in clear as `pulumi stack export --show-secrets` writes it. */
function exported(salt?: string): Deployment {
  const secret = { ...(makeSecret("") as object), plaintext: JSON.stringify("quiet") };
  delete (secret as { value?: unknown }).value;
  return {
    version: 3,
    deployment: {
      manifest: { time: "", magic: "", version: "" },
      ...(salt !== undefined && { secrets_providers: { type: "passphrase", state: { salt } } }),
      resources: [resource({ it: secret })],
    },
  };
}

const saltOf = ({ deployment }: Deployment) => deployment.secrets_providers?.state?.salt;
const ciphertexts = (state: Deployment) => JSON.stringify(state.deployment.resources).match(/"ciphertext":"[^"]+"/g);
const opened = (state: Deployment) => new DeploymentCodec("pass").decode(state)[0]?.outputs.it;

it("what one salt has sealed is sealed anew under another, and else written as it was", () => {
  const codec = new DeploymentCodec("pass");
  const first = codec.encode(codec.decode(exported()));
  const again = codec.encode(codec.decode(exported()));
  assert.deepEqual([saltOf(again), ciphertexts(again)], [saltOf(first), ciphertexts(first)]);
  const moved = codec.encode(codec.decode(exported(ANOTHER)));
  assert.deepEqual([saltOf(moved), saltOf(first) === ANOTHER], [ANOTHER, false]);
  for (const state of [first, again, moved]) assert.deepEqual(opened(state), makeSecret("quiet"));
});

it("a file's text is the deployment's, whatever of it was written before", () => {
  const codec = new DeploymentCodec("pass");
  const states = codec.decode(exported());
  const [first] = states as [ResourceState];
  const isWritten = (pending: PendingOperation[] = []) => {
    const text = codec.encodeText(states, pending);
    const deployment = JSON.parse(text) as Deployment;
    assert.equal(text, `${JSON.stringify(deployment, undefined, 2)}\n`);
    deployment.deployment.manifest.time = "";
    const whole = codec.encode(states, pending);
    whole.deployment.manifest.time = "";
    assert.deepEqual(deployment, whole);
  };
  isWritten();
  isWritten([{ type: "updating", state: first }]);
  for (const text of ['\n    "resources": []', "a\u2028b", "$& $1", makeSecret("loud"), { deep: [{}, [], null] }]) {
    first.outputs = { text };
    isWritten();
    states.push({ ...first, urn: `${first.urn}${states.length}` });
    isWritten();
  }
  const last = states.at(-1) as ResourceState;
  last.modified = "2026-11-30T00:00:00Z";
  isWritten();
  delete last.modified;
  isWritten();
  states.length = 0;
  isWritten([{ type: "deleting", state: first }]);
});
