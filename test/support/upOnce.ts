import { kubernetesSource } from "../../rehearsal/clusters/provider";
import { openSession } from "../../rehearsal/engine";

/** Runs a project's program once, with the state in a file: for tests that kill it meanwhile. */
async function upOnce(projectDir: string, stateFile: string): Promise<void> {
  const sources = [kubernetesSource({ moduleRoots: [projectDir] })];
  const session = await openSession({ projectDir, stack: "dev", passphrase: "killed", sources, stateFile });
  await session.up();
  await session.close();
}

void upOnce(process.argv[2]!, process.argv[3]!);
