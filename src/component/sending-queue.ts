/** What an exporter still has to send, kept by a store so that neither a crash nor a long outage upstream loses any of it. */
import type { Signal } from "../model/signal-batch.ts";

/** A request that is to be sent on. */
export interface QueuedRequest {
  readonly project: string;
  readonly signal: Exclude<Signal, "metrics">;
  /** The number of its records. */
  readonly count: number;
  /** An OTLP export request in protobuf. */
  readonly bytes: Uint8Array;
}

/** What the queue knows of a request without its bytes. */
export interface QueuedItem extends Omit<QueuedRequest, "bytes"> {
  /** Rises from one item to the next and never comes again. */
  readonly id: number;
  readonly size: number;
  readonly createdAt: Date;
  /** How often it was sent in vain. */
  readonly attempts: number;
}

export type StoredRequest = { readonly bytes: Uint8Array } | { readonly damage: string };

/** How much waits in a queue; what is parked does not. */
export interface QueueSize {
  readonly requests: number;
  readonly items: number;
  readonly bytes: number;
}

/** Set aside: a request that the server upstream refused, or that cannot be sent. It stays until a person decides. */
export interface ParkedRequest extends QueuedItem {
  readonly exporter: string;
  readonly reason: string;
}

export interface ParkedQuery {
  readonly project: string;
  readonly exporter?: string | undefined;
  /** Those with a higher id. */
  readonly after: number;
  readonly limit: number;
}

/** What a person decided about a parked request. */
export interface ParkedDecision extends Pick<ParkedRequest, "exporter" | "count" | "size"> {
  readonly kind: "retry" | "drop";
}

/**
 * One exporter's queue. An item stays until it is removed, whatever happens to the process: it is sent at least once, and
 * again when the process ended between the sending and the removal. Every operation throws UnavailableError when the
 * store is behind, or the disk refuses.
 */
export interface SendingQueue {
  /** Resolves when the request is on disk. */
  put(request: QueuedRequest): Promise<void>;
  /** The first item that waits with an id above `after`. Undefined when there is none. */
  next(after: number): Promise<QueuedItem | undefined>;
  /** The item's bytes, or why they are not what was put: a damaged disk, an item that is no more. */
  read(item: QueuedItem): Promise<StoredRequest>;
  /** It was sent in vain and will be sent again. */
  retried(item: QueuedItem): Promise<void>;
  remove(item: QueuedItem): Promise<void>;
  /** Keeps an item that is not sent apart from those that wait, with the reason, for a person to look at. */
  park(item: QueuedItem, reason: string): Promise<void>;
  size(): Promise<QueueSize>;
  parkedSize(): Promise<QueueSize>;
  /** Calls back when a parked request is dropped, or waits again, behind all others. */
  onDecision(listener: (decision: ParkedDecision) => void): void;
}
