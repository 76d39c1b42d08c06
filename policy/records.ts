import { at, text } from "./props";

/** Properties of a record by what they say: one that is unknown, or that is no text, says nothing. */
type Reader = (props: unknown) => string | undefined;

/** By type, the name that a DNS record is for; undefined for one that leads nowhere. */
const NAMES: { readonly [type: string]: Reader } = {
  "aws:route53/record:Record": (props) => leading(text(at(props, "name")), at(props, "type")),
  "gcp:dns/recordSet:RecordSet": (props) => leading(text(at(props, "name")), at(props, "type")),
  "azure-native:dns:RecordSet": (props) => {
    const [name, zone] = [at(props, "relativeRecordSetName"), at(props, "zoneName")].map(text);
    return leading(name && zone && `${name}.${zone}`, text(at(props, "recordType")).split("/").at(-1));
  },
};

/** How the name of a record of this type is read; undefined for what is no record. */
export function addressedTo(type: string): Reader | undefined {
  return Object.hasOwn(NAMES, type) ? NAMES[type] : undefined;
}

/** A name in one spelling: without the dot of the root, in small letters. */
export function relative(name: string): string {
  return name.trim().replace(/\.$/, "").toLowerCase();
}

/** Texts and the like may stand beside: only these say where users go. */
function leading(name: string | undefined, type: unknown): string | undefined {
  return name && ["A", "AAAA", "CNAME", "HTTPS", "SVCB"].includes(text(type)) ? name : undefined;
}
