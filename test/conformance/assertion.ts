/**
 * The rows of the conformance table: each says one thing about an OTLP receiver (R: over HTTP, or whatever the transport;
 * G: over gRPC; L: of logs and metrics) and is run in every cell, encoding by signal, in which it means something.
 */
import type { Signal } from "../../src/model/signal-batch.ts";
import type { ServerSettings } from "./conformance-servers.ts";
import type { Probe } from "./probe.ts";

export type CellEncoding = "http/protobuf" | "http/json" | "grpc";

export interface Cell {
  readonly encoding: CellEncoding;
  readonly signal: Signal;
}

/** Why the assertion cannot apply to the cell; undefined when it does. */
export type NotFor = (cell: Cell) => string | undefined;

export interface Assertion {
  readonly id: string;
  /** One sentence. */
  readonly says: string;
  /** Settings of the server that it needs; assertions with equal settings share one. */
  readonly server?: ServerSettings;
  readonly notFor: NotFor;
  /** Throws when the server does not do what the assertion says. */
  readonly run: (probe: Probe) => Promise<void>;
}

const ENCODINGS: readonly CellEncoding[] = ["http/protobuf", "http/json", "grpc"];
const SIGNALS: readonly Signal[] = ["traces", "logs", "metrics"];

export const CELLS: readonly Cell[] = ENCODINGS.flatMap((encoding) => SIGNALS.map((signal) => ({ encoding, signal })));

export const everywhere: NotFor = () => undefined;

export const overHttp: NotFor = ({ encoding }) => (encoding === "grpc" ? "about HTTP/1.1 messages" : undefined);

export const overGrpc: NotFor = ({ encoding }) => (encoding === "grpc" ? undefined : "about gRPC");

export const inJson: NotFor = ({ encoding }) => (encoding === "http/json" ? undefined : "about the JSON encoding");

export const inProtobuf: NotFor = ({ encoding }) =>
  encoding === "http/json" ? "about the protobuf encoding" : undefined;

/** Metrics are counted and not kept, so there is nothing to look at but their number. */
export const ofRecords: NotFor = ({ signal }) => (signal === "metrics" ? "metrics are only counted" : undefined);

export const ofTraces: NotFor = ({ signal }) => (signal === "traces" ? undefined : "about spans");

export const ofLogs: NotFor = ({ signal }) => (signal === "logs" ? undefined : "about log records");

/** For what is the same whatever is sent: run for one cell. */
export function onlyOnce(why: string, at: CellEncoding = "http/protobuf"): NotFor {
  return ({ encoding, signal }) => (encoding === at && signal === "traces" ? undefined : why);
}

/** The cells that all of them apply to. */
export function all(...conditions: readonly NotFor[]): NotFor {
  return (cell) => conditions.map((notFor) => notFor(cell)).find((reason) => reason !== undefined);
}
