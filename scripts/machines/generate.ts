/**
 * Makes the catalogues in lib/plan/machines from public packages: `npx tsx scripts/machines/generate.ts`.
 * See README.md beside this file.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { awsMachines } from "./aws";
import { azureMachines } from "./azure";
import { gcpMachines } from "./gcp";
import { BOAVIZTAPI, BOTOCORE, cite, MOTO, type SourcePackage, SPARECORES, unpack } from "./packages";
import { awsRegions, azureRegions, gcpRegions, type RegionRow } from "./regions";
import { families, type Row } from "./rows";

const OUT = join(__dirname, "../../lib/plan/machines");

function main(): void {
  const [moto, botocore, boaviztapi, sparecores] = [MOTO, BOTOCORE, BOAVIZTAPI, SPARECORES].map(unpack) as [
    string,
    string,
    string,
    string,
  ];
  writeCatalogue("aws", MOTO, awsMachines(moto));
  writeCatalogue("gcp", BOAVIZTAPI, gcpMachines(boaviztapi));
  writeCatalogue("azure", BOAVIZTAPI, azureMachines(boaviztapi));
  write("regions", {
    sources: {
      aws: `${cite(MOTO)}, ${cite(BOTOCORE)}, ${cite(SPARECORES)}`,
      gcp: `${cite(SPARECORES)}, docs.cloud.google.com/compute/docs/regions-zones`,
      azure: `${cite(SPARECORES)}, learn.microsoft.com/azure/reliability/regions-list`,
    },
    date: SPARECORES.date,
    aws: lines(awsRegions(botocore, moto, sparecores)),
    gcp: lines(gcpRegions(sparecores)),
    azure: lines(azureRegions(sparecores)),
  });
  execFileSync("npx", ["biome", "format", "--write", OUT], { stdio: "inherit" });
}

function writeCatalogue(provider: string, source: SourcePackage, rows: readonly Row[]): void {
  const types = new Set(rows.map((row) => row.type));
  if (types.size !== rows.length) throw new Error(`${provider}: a type appears twice`);
  write(provider, { sources: { s: { name: cite(source), date: source.date } }, families: families(rows, "s") });
  console.log(`${provider}: ${rows.length} types`);
}

/** One line per region, so that a refresh reads as a diff of regions: `place; latitude; longitude; zones`. */
function lines(regions: Record<string, RegionRow>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(regions).map(([name, row]) => [
      name,
      `${row.place}; ${row.latitude}; ${row.longitude}; ${row.zones}`,
    ]),
  );
}

function write(name: string, content: object): void {
  writeFileSync(join(OUT, `${name}.json`), `${JSON.stringify(content, null, 2)}\n`);
}

main();
