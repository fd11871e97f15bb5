/** Endpoints with which a server would not start: see `listen` and requireDoor. Said here too, so that it is known before it is tried. */
import { isLoopback } from "../component/listen.ts";
import type { ComponentConfig, Components } from "./config.ts";
import { isMap } from "./is-map.ts";
import type { ConfigPath, Problem } from "./problem.ts";

type Section = ReadonlyMap<string, ComponentConfig>;
type FaultOf = (authenticator: string) => Fault | undefined;

/** Why strangers would come in, and what to do about it. */
interface Fault {
  readonly message: string;
  readonly advice: string;
}

/** Whatever is named in the service, and the service itself, that has an `endpoint` to listen on, at any depth of its part. */
export function checkReach(
  sections: Readonly<Record<"receivers" | "extensions", Section>>,
  service: unknown,
  components: Pick<Components, "extensions">,
  isUsed: (kind: "receivers" | "extensions", id: string) => boolean,
): readonly Problem[] {
  const faultOf: FaultOf = (id) => faultOfAuthenticator(sections.extensions.get(id), components);
  const parts = (["receivers", "extensions"] as const).flatMap((kind) =>
    [...sections[kind].values()]
      .filter(({ id }) => isUsed(kind, id))
      .flatMap(({ id, config }) => openEndpoints(config, [kind, id], faultOf)),
  );
  return [...parts, ...openEndpoints(service, ["service"], faultOf)];
}

function openEndpoints(part: unknown, path: ConfigPath, faultOf: FaultOf): readonly Problem[] {
  if (!isMap(part)) return [];
  const { endpoint } = part;
  const host = isMap(endpoint) ? endpoint["host"] : undefined;
  const isReached = typeof host === "string" && !isLoopback(host);
  const fault = isReached ? faultOfDoor(part, faultOf) : undefined;
  const inside = Object.entries(part).flatMap(([key, entry]) => openEndpoints(entry, [...path, key], faultOf));
  if (fault === undefined) return inside;
  const message = `can be reached from other machines, and ${fault.message}: a server will not start so`;
  return [{ path: [...path, "endpoint"], message, advice: `${fault.advice}, or listen on localhost` }, ...inside];
}

function faultOfDoor(
  { auth, public: isPublic }: Readonly<Record<string, unknown>>,
  faultOf: FaultOf,
): Fault | undefined {
  if (isPublic === true) return undefined;
  const authenticator = isMap(auth) ? auth["authenticator"] : undefined;
  if (typeof authenticator === "string") return faultOf(authenticator);
  const advice = isPublic === undefined ? "name an authenticator beside it" : "set public: true beside it";
  return { message: "nobody is asked who they are", advice };
}

function faultOfAuthenticator(
  part: ComponentConfig | undefined,
  { extensions }: Pick<Components, "extensions">,
): Fault | undefined {
  if (part === undefined) return undefined;
  const factory = extensions.find(({ type }) => type === part.type);
  const found = factory?.faultAt?.(part.config, { isLocal: false });
  return found && { message: `extensions::${part.id}::${found.fault}`, advice: found.advice };
}
