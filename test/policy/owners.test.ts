import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OWNED_ABOVE } from "../../lib/plan/gateway/externalDns";
import { type ObservedResource, UNKNOWN } from "../../lib/plan/observed";
import { ownerFindings } from "../../policy/owners";
import { inAllPlaces } from "../support/places";

const NAME = "shop.example.com";
const HOSTNAME = "external-dns.alpha.kubernetes.io/hostname";

const resource = (type: string, name: string, props: object, within = ""): ObservedResource => ({
  ...{ type, name, props, ignoreChanges: [], propertyDependencies: {} },
  urn: `urn:pulumi:up::shop::${within}${type}::${name}`,
});
const object = (kind: string, spec: object, annotations: object = {}) =>
  resource(`kubernetes:${kind}`, "web", { metadata: { name: "web", annotations }, spec });
const ingress = (annotations: object = {}) =>
  object("networking.k8s.io/v1:Ingress", { rules: [{ host: NAME }] }, annotations);
const route = (annotations: object = {}) =>
  object("gateway.networking.k8s.io/v1:HTTPRoute", { hostnames: ["www.example.com", `${NAME}.`] }, annotations);
const RUN = resource("kubernetes:helm.sh/v3:Release", "dns", {
  chart: "oci://registry.example.com/charts/external-dns",
});
const RUN_BY_HAND = resource("kubernetes:apps/v1:Deployment", "dns", {
  spec: { template: { spec: { containers: [{ image: "registry.k8s.io/external-dns/external-dns:v0.20.0" }] } } },
});
const record = (type: string, props: object, within?: string) => resource(type, "www", props, within);
const ASKS = /^web asks external-dns for shop\.example\.com, which spec\.traffic owns/;
const OWNS = /^Record www is one for shop\.example\.com, whose records spec\.traffic makes/;

// biome-ignore format: a table reads by its rows
const ROWS: [title: string, resources: ObservedResource[], message: RegExp | undefined][] = [
  ["a Service by its annotation, whoever runs external-dns", [object("core/v1:Service", {}, { [HOSTNAME]: `other.example.com, ${NAME}` })], ASKS],
  ["a Gateway by its annotation", [object("gateway.networking.k8s.io/v1:Gateway", {}, { [HOSTNAME]: `${NAME}.` })], ASKS],
  ["an annotation with another name", [object("core/v1:Service", {}, { [HOSTNAME]: "other.example.com" })], undefined],
  ["an Ingress for the name where external-dns is brought", [RUN, ingress()], ASKS],
  ["an Ingress for the name where it is brought by hand", [RUN_BY_HAND, ingress()], ASKS],
  ["an Ingress for the name where nobody makes records of it", [ingress()], undefined],
  ["a route for the name where external-dns is brought", [RUN, route()], ASKS],
  ["a listener for the name where external-dns is brought", [RUN, object("gateway.networking.k8s.io/v1:Gateway", { listeners: [{ hostname: NAME }] })], ASKS],
  ["the gateway's own route, which says that it is not its business", [RUN, route(OWNED_ABOVE)], undefined],
  ["a route that says that it is external-dns' business", [RUN, route({ "external-dns.alpha.kubernetes.io/controller": "dns-controller" })], ASKS],
  ["an endpoint of external-dns' own", [object("externaldns.k8s.io/v1alpha1:DNSEndpoint", { endpoints: [{ dnsName: NAME }] })], ASKS],
  ["a record at Route 53", [record("aws:route53/record:Record", { name: NAME, type: "A" })], OWNS],
  ["a record at Cloud DNS", [record("gcp:dns/recordSet:RecordSet", { name: `${NAME}.`, type: "CNAME" })], OWNS],
  ["a record at Azure DNS", [record("azure-native:dns:RecordSet", { relativeRecordSetName: "shop", zoneName: "example.com", recordType: "A" })], OWNS],
  ["the endpoint's own record", [record("aws:route53/record:Record", { name: NAME, type: "A" }, "multisite:index:Fleet$multisite:index:GlobalEndpoint$")], undefined],
  ["a text beside it", [record("aws:route53/record:Record", { name: NAME, type: "TXT" })], undefined],
  ["a record of another name", [record("aws:route53/record:Record", { name: `api.${NAME}`, type: "A" })], undefined],
];

describe("who else owns a fleet's name", () => {
  for (const [title, resources, message] of ROWS)
    it(title, () => {
      const found = ownerFindings(resources, [NAME]).map((one) => one.message);
      assert.equal(found.length, message === undefined ? 0 : 1, found.join("\n"));
      if (message) assert.match(found[0] ?? "", message);
    });

  it("nothing throws, whatever is null, unknown or of another form", () => {
    for (const [title, resources] of ROWS)
      for (const props of inAllPlaces(resources.map((one) => one.props)))
        assert.doesNotThrow(
          () =>
            ownerFindings(
              resources.map((one, i) => ({ ...one, props: props[i] })),
              [NAME],
            ),
          title,
        );
  });

  it("what is not known yet names nobody", () => {
    const late = object("core/v1:Service", {}, { [HOSTNAME]: UNKNOWN });
    const nameless = { ...late, props: { metadata: { name: UNKNOWN, annotations: { [HOSTNAME]: NAME } } } };
    const found = ownerFindings([late, nameless], [NAME]).map((one) => one.message);
    assert.equal(found.length, 1, found.join("\n"));
    assert.match(found[0] ?? "", /^An object asks external-dns for shop\.example\.com/);
  });

  it("nobody, where no fleet has a name", () => {
    for (const [, resources] of ROWS) assert.deepEqual(ownerFindings(resources, []), []);
  });
});
