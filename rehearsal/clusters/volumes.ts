import { setMaxListeners } from "node:events";
import { isExisting, isNotFound } from "./provider/apiError";
import { Watching } from "./provider/awaits/watching";
import { Connection } from "./provider/connection";
import { type KubeObject, nameOf, namespaceOf, textAt, uidOf } from "./provider/objects";
import type { LocalSite } from "./sites";
import { kubeConfigOf } from "./sites/kubernetes";

/** Seconds that an answer of a site on this machine may take. */
const TIMEOUT_SECONDS = 30;

/** The provisioner of classes whose volumes people make by hand. */
const BY_HAND = "kubernetes.io/no-provisioner";

const CLAIMS = "/api/v1/persistentvolumeclaims";

/** Who makes volumes in a site. */
export interface Provisioning {
  close(): void;
}

/**
 * Plays the provisioners of a site: gives every claim that waits for one a volume of its own, and takes it back with the
 * claim. Provisioners run in pods, which do not run here, and a StatefulSet whose claims wait for ever would say nothing of
 * the fleet. It goes on while the site is down, and is there again when the site is.
 */
export async function provideVolumes(site: LocalSite): Promise<Provisioning> {
  const connection = await Connection.open(await kubeConfigOf(site.kubeconfig), TIMEOUT_SECONDS);
  setMaxListeners(0, connection.signal);
  const watching = new Watching(connection);
  const made = new Map<string, string>();
  const look = (claims: readonly KubeObject[]) => {
    const there = new Set(claims.map(uidOf));
    for (const [claim, volume] of [...made].filter(([uid]) => !there.has(uid))) {
      made.delete(claim);
      // A site that is down has the volume still, and nobody asks for it any more.
      void connection.delete(volumeNamed(volume), volume, "Background").catch(() => undefined);
    }
    for (const claim of claims.filter((one) => waits(one) && !made.has(uidOf(one)))) {
      made.set(uidOf(claim), `pvc-${uidOf(claim)}`);
      provide(connection, claim).catch(() => made.delete(uidOf(claim)));
    }
  };
  const claims = watching.watch(CLAIMS, () => look(claims.objects()));
  return { close: () => connection.close() };
}

/** A claim that a provisioner is to make a volume for: one without a class or a volume by hand. */
function waits(claim: KubeObject): boolean {
  const spec = claim.spec as { storageClassName?: string; selector?: unknown; volumeName?: string } | undefined;
  return (
    textAt(claim, "status", "phase") === "Pending" &&
    spec?.storageClassName !== "" &&
    spec?.selector === undefined &&
    !spec?.volumeName
  );
}

async function provide(connection: Connection, claim: KubeObject): Promise<void> {
  const className = textAt(claim, "spec", "storageClassName");
  if (className !== "" && (await isByHand(connection, className))) return;
  const volume = volumeFor(claim, className);
  await connection.create(volume, {}).catch((error) => {
    if (!isExisting(error)) throw error;
  });
}

async function isByHand(connection: Connection, name: string): Promise<boolean> {
  const asked = { apiVersion: "storage.k8s.io/v1", kind: "StorageClass", metadata: { name } };
  try {
    return textAt(await connection.get(asked), "provisioner") === BY_HAND;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/** Bound to its claim from the start, so that no other takes it. No node looks at its path. */
function volumeFor(claim: KubeObject, storageClassName: string): KubeObject {
  const { accessModes, resources, volumeMode } = claim.spec as {
    accessModes?: unknown;
    resources?: { requests?: unknown };
    volumeMode?: unknown;
  };
  const name = `pvc-${uidOf(claim)}`;
  return {
    ...volumeNamed(name),
    spec: {
      accessModes,
      capacity: resources?.requests,
      ...(volumeMode !== undefined && { volumeMode }),
      storageClassName,
      persistentVolumeReclaimPolicy: "Retain",
      claimRef: {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        name: nameOf(claim),
        namespace: namespaceOf(claim),
        uid: uidOf(claim),
      },
      hostPath: { path: `/multisite/${name}` },
    },
  };
}

function volumeNamed(name: string): KubeObject {
  return { apiVersion: "v1", kind: "PersistentVolume", metadata: { name } };
}
