/** A name as DNS compares it: in lower case, without its last dot. */
export function bareName(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

/**
 * The name of a record in Route 53, whose provider adds that of its zone to a name that does not end so.
 * Source: terraform-provider-aws, internal/service/route53/record.go, expandRecordName.
 */
export function route53Name(name: string, zone: string | undefined): string {
  const [given, suffix] = [bareName(name), bareName(zone ?? "")];
  if (given.endsWith(suffix)) return given;
  return given === "" ? suffix : `${given}.${suffix}`;
}
