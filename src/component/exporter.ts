import type { SignalBatch } from "../model/signal-batch.ts";
import type { Component, ComponentFactory } from "./component.ts";
import type { AuthenticatorOf } from "./extension.ts";
import type { DeliveryContext } from "./receiver.ts";
import type { Store } from "./store.ts";

/** Resolves when the batch is safe where it went; the sender waits for that. */
export interface Exporter extends Component {
  /**
   * It counts itself what it sent (`otelcol_exporter_sent_spans` and its siblings), because a batch that is safe with it is not
   * sent yet. The pipeline counts for all others.
   */
  readonly countsItself?: true;
  /** Whether what it has taken of such a batch is all to be read from this server. Absent: nothing is. */
  readonly keeps?: (batch: SignalBatch) => boolean;
  export(batch: SignalBatch, context: DeliveryContext): Promise<void>;
}

export interface ExporterNeeds {
  /** The configured store of that name, for exporters that write into one. */
  readonly storeOf: (name: string) => Store;
  readonly authenticatorOf: AuthenticatorOf;
}

export type ExporterFactory<Config = never> = ComponentFactory<Config, Exporter, ExporterNeeds>;
