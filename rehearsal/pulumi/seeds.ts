import type { ExistingResource } from "../clouds";
import type { Provider, ProviderSource } from "../engine/provider";
import { nameSeed } from "../engine/seed";

/**
 * Providers that make up the same names as in a rehearsal with our own engine, whatever seeds the real engine draws: two
 * rehearsals of one program say the same.
 * @param existing what is there before the run.
 */
export function withSeeds(source: ProviderSource, existing: readonly ExistingResource[]): ProviderSource {
  const ids = new Map(existing.map(({ urn, id }) => [urn, id]));
  return {
    fidelity: (type) => source.fidelity(type),
    async open(pkg, version) {
      const provider = await source.open(pkg, version);
      return provider === undefined ? undefined : seeded(provider, ids);
    },
  };
}

function seeded(provider: Provider, ids: Map<string, string>): Provider {
  const own: Pick<Provider, "check" | "create" | "delete"> = {
    check: (request) => provider.check({ ...request, randomSeed: nameSeed(request.urn, ids.get(request.urn) ?? "") }),
    async create(request) {
      const made = await provider.create(request);
      if (!request.preview) ids.set(request.urn, made.id);
      return made;
    },
    async delete(request) {
      await provider.delete(request);
      if (ids.get(request.urn) === request.id) ids.delete(request.urn);
    },
  };
  return new Proxy(provider, {
    get(target, name) {
      if (name in own) return own[name as keyof typeof own];
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
