type Props = Readonly<Record<string, unknown>>;

/** By type, the name that a DNS record is for; undefined for one that leads nowhere. */
const NAMES: { readonly [type: string]: (props: Props) => string | undefined } = {
  "aws:route53/record:Record": ({ name, type }) => leading(name, type),
  "gcp:dns/recordSet:RecordSet": ({ name, type }) => leading(name, type),
  "azure-native:dns:RecordSet": ({ relativeRecordSetName, zoneName, recordType }) =>
    leading(`${String(relativeRecordSetName)}.${String(zoneName)}`, String(recordType).split("/").at(-1)),
};

/** How the name of a record of this type is read; undefined for what is no record. */
export function addressedTo(type: string): ((props: Props) => string | undefined) | undefined {
  return Object.hasOwn(NAMES, type) ? NAMES[type] : undefined;
}

/** Texts and the like may stand beside: only these say where users go. */
function leading(name: unknown, type: unknown): string | undefined {
  return typeof name === "string" && ["A", "AAAA", "CNAME", "HTTPS", "SVCB"].includes(String(type)) ? name : undefined;
}
