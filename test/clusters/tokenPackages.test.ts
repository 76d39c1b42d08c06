import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { TOKEN_PACKAGES } from "../../lib/clusters/tokenPackages";
import { temporaryFolder } from "../support/folders";

const COMPILED = join(__dirname, "../../dist/lib");

test("a fleet says what must be installed before an update can get into its clusters", (t) => {
  // Beside this repository's copy every package is there.
  const [library, project] = [temporaryFolder(t), temporaryFolder(t)];
  for (const file of ["resolves.js", "clusters/tokenPackages.js"]) {
    mkdirSync(dirname(join(library, file)), { recursive: true });
    copyFileSync(join(COMPILED, file), join(library, file));
  }
  const warning = (...kinds: string[]) => {
    const code = `const { tokenPackagesWarning } = require(${JSON.stringify(join(library, "clusters/tokenPackages.js"))});
      console.log(String(tokenPackagesWarning(${JSON.stringify(kinds)})));`;
    return execFileSync(process.execPath, ["-e", code], { cwd: project, encoding: "utf8" }).trim();
  };
  const install = (name: string) => {
    const file = join(project, "node_modules", name, "index.js");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "");
  };
  assert.equal(warning("existing"), "undefined");
  const all = [...TOKEN_PACKAGES.eks, ...TOKEN_PACKAGES.gke, ...TOKEN_PACKAGES.aks];
  assert.match(warning("eks", "eks", "gke", "aks", "existing"), new RegExp(`Before it: npm install ${all.join(" ")}$`));
  assert.match(warning("gke"), /^google-auth-library is not installed here\. .* npm install google-auth-library$/);
  install("@smithy/signature-v4");
  assert.match(warning("eks"), /npm install @aws-sdk\/credential-providers$/);
  install("@aws-sdk/credential-providers");
  assert.equal(warning("eks", "eks"), "undefined");
});
