import type { Signal, SignalBatch } from "../model/signal-batch.ts";
import type { Component, ComponentFactory } from "./component.ts";
import type { AuthenticatorOf } from "./extension.ts";

export interface DeliveryContext {
  /** Whose data this is; `default` until accounts exist. */
  readonly project: string;
  /** Headers of the request, by their names in lower case; only where the receiver's `include_metadata` says so. */
  readonly metadata?: ReadonlyMap<string, string>;
}

/** Where a receiver hands its batches over: the way into the pipelines of one signal. */
export interface PipelineEntry {
  /** Asked before a body is read. Throws UnavailableError when nothing can be taken now. */
  admit(): void;
  /** Resolves when every exporter has the batch safe. Throws PermanentError, or anything else for "send it again". */
  deliver(batch: SignalBatch, context: DeliveryContext): Promise<void>;
}

/** Takes data in from outside. A signal without a pipeline is not served. */
export type Receiver = Component;

export interface ReceiverNeeds {
  readonly pipelines: Partial<Readonly<Record<Signal, PipelineEntry>>>;
  readonly authenticatorOf: AuthenticatorOf;
}

export type ReceiverFactory<Config = never> = ComponentFactory<Config, Receiver, ReceiverNeeds>;
