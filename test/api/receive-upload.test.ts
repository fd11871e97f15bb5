/** Uploads over real sockets, of which the sender goes before anybody reads. */
import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { ApiError } from "../../src/api/api-error.ts";
import { receiveUpload } from "../../src/api/receive-upload.ts";
import { createBodyPace } from "../../src/component/body-pace.ts";

it("an upload is over at once when its sender went before it was read", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const sending = request({ port, host: "127.0.0.1", method: "POST", headers: { "content-length": "1000" } });
  sending.on("error", () => undefined).write("{");
  const [upload] = (await once(server, "request")) as [IncomingMessage];
  sending.destroy();
  await new Promise((closed) => upload.once("error", () => undefined).once("close", closed));
  const tooLarge = () => new ApiError(413, "dataset_too_large", "too large");
  const receiving = receiveUpload(upload, { maxBytes: 1000, pace: createBodyPace(), tooLarge });
  await expect(receiving.next()).rejects.toThrow("the body ended early");
});
