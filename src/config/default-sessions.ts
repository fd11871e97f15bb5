import { isMap } from "./is-map.ts";

type Root = Readonly<Record<string, unknown>>;

/**
 * A configuration of the collector's own says nothing of sessions. It gets what it did not write: a store in ./data, the rules
 * as the judge, and sessions that use whatever stores and judges there are. One that speaks of sessions is left alone.
 */
export function withDefaultSessions(root: Root): Root {
  const { service, stores = null, judges = null } = root;
  if (!isMap(service) || (service["sessions"] ?? null) !== null) return root;
  const usedStores = stores ?? { default: {} };
  const usedJudges = judges ?? { rules: {} };
  if (!isMap(usedStores) || !isMap(usedJudges)) return root;
  const [store = "default"] = Object.keys(usedStores);
  const sessions = { store, judges: Object.keys(usedJudges) };
  return { ...root, stores: usedStores, judges: usedJudges, service: { ...service, sessions } };
}
