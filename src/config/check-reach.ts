/** Endpoints with which a server would not start: see `listen`. Said here too, so that it is known before it is tried. */
import { isLoopback } from "../component/listen.ts";
import type { ComponentConfig } from "./config.ts";
import { isMap } from "./is-map.ts";
import type { ConfigPath, Problem } from "./problem.ts";

type Section = ReadonlyMap<string, ComponentConfig>;

/** Whatever is named in the service, and the service itself, that has an `endpoint` to listen on, at any depth of its part. */
export function checkReach(
  sections: Readonly<Record<"receivers" | "extensions", Section>>,
  service: unknown,
  isUsed: (kind: "receivers" | "extensions", id: string) => boolean,
): readonly Problem[] {
  const components = (["receivers", "extensions"] as const).flatMap((kind) =>
    [...sections[kind].values()]
      .filter(({ id }) => isUsed(kind, id))
      .flatMap(({ id, config }) => openEndpoints(config, [kind, id])),
  );
  return [...components, ...openEndpoints(service, ["service"])];
}

function openEndpoints(part: unknown, path: ConfigPath): readonly Problem[] {
  if (!isMap(part)) return [];
  const { endpoint, auth, public: isPublic } = part;
  const host = isMap(endpoint) ? endpoint["host"] : undefined;
  const isOpen = typeof host === "string" && !isLoopback(host) && auth === undefined && isPublic !== true;
  const remedy = isPublic === undefined ? "name an authenticator beside it" : "set public: true beside it";
  const inside = Object.entries(part).flatMap(([key, entry]) => openEndpoints(entry, [...path, key]));
  if (!isOpen) return inside;
  const message = `can be reached from other machines, and nobody is asked who they are: a server will not start so`;
  return [{ path: [...path, "endpoint"], message, advice: `${remedy}, or listen on localhost` }, ...inside];
}
