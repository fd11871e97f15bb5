/** How long a gRPC connection lives, and who may ping how often. Source: gRPC "A8", "A9" and grpc-go's `http2_server.go`. */
import { constants, type ServerHttp2Session } from "node:http2";
import type { KeepaliveConfig } from "./grpc-config.ts";

/** Without calls a sender that may not ping then may still ask this seldom. */
const IDLE_PING_MS = 2 * 3_600_000;
const PING_STRIKES = 2;

/** Everything that is begun here ends with the session. */
export function keepAlive(session: ServerHttp2Session, config: KeepaliveConfig): void {
  const calls = countCalls(session, config.server_parameters.max_connection_idle);
  limitAge(session, config.server_parameters);
  askWhetherAlive(session, config.server_parameters);
  limitPings(session, config.enforcement_policy, calls);
}

interface Calls {
  /** Under way. */
  readonly open: () => number;
  /** Begun so far. */
  readonly begun: () => number;
}

/** Closes the session when no call has been under way for `idleMs`. */
function countCalls(session: ServerHttp2Session, idleMs: number | undefined): Calls {
  let open = 0;
  let begun = 0;
  const closeIdle = (): void => {
    if (open === 0) session.close();
  };
  const idle = idleMs === undefined ? undefined : setTimeout(closeIdle, idleMs);
  session.on("close", () => clearTimeout(idle));
  session.on("stream", (stream) => {
    open += 1;
    begun += 1;
    stream.on("close", () => {
      open -= 1;
      idle?.refresh();
    });
  });
  return { open: () => open, begun: () => begun };
}

type ServerParameters = KeepaliveConfig["server_parameters"];

/** A tenth more or less, so that connections that began together do not end together. */
function limitAge(session: ServerHttp2Session, parameters: ServerParameters): void {
  const { max_connection_age: ageMs, max_connection_age_grace: graceMs } = parameters;
  if (ageMs === undefined) return;
  let cut: NodeJS.Timeout | undefined;
  const close = (): void => {
    session.close();
    if (graceMs !== undefined) cut = setTimeout(() => session.destroy(), graceMs);
  };
  const age = setTimeout(close, ageMs * (0.9 + 0.2 * Math.random()));
  session.on("close", () => {
    clearTimeout(age);
    clearTimeout(cut);
  });
}

/** Destroys the session of a sender that does not answer a ping: its machine or its network has gone. */
function askWhetherAlive(session: ServerHttp2Session, { time, timeout }: ServerParameters): void {
  let late: NodeJS.Timeout | undefined;
  const ask = setInterval(() => {
    if (session.destroyed || late !== undefined) return;
    late = setTimeout(() => session.destroy(), timeout);
    session.ping(() => {
      clearTimeout(late);
      late = undefined;
    });
  }, time);
  session.on("close", () => {
    clearInterval(ask);
    clearTimeout(late);
  });
}

/** A ping costs the sender nothing and us an answer. One that comes after an answered call is always fine, as in grpc-go. */
function limitPings(session: ServerHttp2Session, policy: KeepaliveConfig["enforcement_policy"], calls: Calls): void {
  let strikes = 0;
  let lastPing = -Infinity;
  let callsBefore = 0;
  session.on("ping", () => {
    const least = calls.open() === 0 && !policy.permit_without_stream ? IDLE_PING_MS : policy.min_time;
    const now = performance.now();
    const isEarly = now - lastPing < least;
    lastPing = now;
    if (calls.begun() > callsBefore) strikes = 0;
    else if (isEarly) strikes += 1;
    callsBefore = calls.begun();
    if (strikes <= PING_STRIKES) return;
    session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, 0, Buffer.from("too_many_pings"));
    session.destroy();
  });
}
