import { kubernetesSource } from "../../rehearsal/clusters/provider";
import { openSession } from "../../rehearsal/engine";

/** Runs a project's program, or destroys what it made, with the state in a file: for tests that kill it meanwhile. */
async function runOnce(projectDir: string, stateFile: string, what: "up" | "destroy"): Promise<void> {
  const sources = [kubernetesSource({ moduleRoots: [projectDir] })];
  const session = await openSession({ projectDir, stack: "dev", passphrase: "killed", sources, stateFile });
  await session[what]();
  await session.close();
}

void runOnce(process.argv[2]!, process.argv[3]!, process.argv[4] === "destroy" ? "destroy" : "up");
