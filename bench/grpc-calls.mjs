// Export calls with grpc-js, as the JavaScript SDK makes them, spread over a few connections.
import { Client, credentials } from "@grpc/grpc-js";

const METHOD = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const CHANNELS = 4;
/** Without it all clients of one address share a connection. */
const OPTIONS = { "grpc.use_local_subchannel_pool": 1, "grpc.max_send_message_length": -1 };

const asIs = (bytes) => bytes;

/** A function for each of `count` callers that sends a body and resolves with whether it was taken. */
export function createGrpcCalls(url, count) {
  const address = url.replace("grpc://", "");
  const clients = Array.from({ length: CHANNELS }, () => new Client(address, credentials.createInsecure(), OPTIONS));
  return Array.from({ length: count }, (_, index) => (body) => call(clients[index % CHANNELS], body));
}

function call(client, body) {
  return new Promise((resolve) => {
    client.makeUnaryRequest(METHOD, asIs, asIs, body, (error) => resolve(error === null));
  });
}
