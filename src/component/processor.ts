import type { SignalBatch } from "../model/signal-batch.ts";
import type { Component, ComponentFactory } from "./component.ts";
import type { DeliveryContext } from "./receiver.ts";

/** A batch in, a batch out; passing it on is the pipeline's business. Throwing refuses the batch. */
export interface Processor extends Component {
  /** Asked before a body is read, see PipelineEntry. */
  admit?(): void;
  process(batch: SignalBatch, context: DeliveryContext): SignalBatch | Promise<SignalBatch>;
}

export type ProcessorFactory<Config = never> = ComponentFactory<Config, Processor>;
