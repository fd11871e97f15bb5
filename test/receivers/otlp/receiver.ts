/** A receiver that ends with the test. */
import { onTestFinished } from "vitest";
import { type OpenReceiver, openReceiver, type ReceiverOptions } from "../../support/open-receiver.ts";

export type RunningReceiver = OpenReceiver;
export { counterOf, parseConfig, type ReceiverOptions } from "../../support/open-receiver.ts";
export { type Answer, JSON_TYPE, PROTOBUF, send, type Sending, sendRaw } from "../../support/http-client.ts";

export async function startReceiver(options: ReceiverOptions = {}): Promise<RunningReceiver> {
  const receiver = await openReceiver(options);
  onTestFinished(receiver.shutdown);
  return receiver;
}
