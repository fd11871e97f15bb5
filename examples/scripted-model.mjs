// An OpenAI-compatible model that says what a script tells it to: real HTTP, no network, no cost, the same answers every time.
import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { chatChunks, chatCompletion, responseEvents, responseObject } from "./scripted-shapes.mjs";

/** Starts the model on a free loopback port; see scripted-model.d.mts for the script's request and reply. */
export async function startScriptedModel(reply) {
  const requests = [];
  const server = createServer((incoming, response) => {
    answer(incoming, response, requests, reply).catch((error) => {
      if (response.headersSent) response.destroy();
      else
        sendJson(response, 500, {}, { error: { message: `scripted model: ${error.message}`, type: "server_error" } });
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}/v1`,
    requests,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(incoming, response, requests, reply) {
  const request = await readRequest(incoming, requests.length + 1);
  requests.push(request);
  const scripted = await reply(request);
  if (scripted.delayMs !== undefined) await sleep(scripted.delayMs);
  const status = scripted.status ?? 200;
  const headers = { "x-request-id": `req_${request.number}`, ...scripted.headers };
  if (scripted.message === undefined) {
    if (scripted.drop) response.destroy();
    else if (!scripted.hang) sendJson(response, status, headers, scripted.body ?? {});
    return;
  }
  const isResponsesApi = request.path.endsWith("/responses");
  if (request.body?.stream) {
    const events = isResponsesApi ? responseEvents(request, scripted) : chatChunks(request, scripted);
    sendEvents(response, status, headers, events, scripted);
    return;
  }
  sendJson(response, status, headers, (isResponsesApi ? responseObject : chatCompletion)(request, scripted));
}

async function readRequest(incoming, number) {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString("utf8");
  const path = new URL(incoming.url, "http://localhost").pathname;
  return {
    number,
    method: incoming.method,
    path,
    headers: incoming.headers,
    body: text === "" ? null : JSON.parse(text),
  };
}

function sendJson(response, status, headers, body) {
  const raw = typeof body === "string";
  response.writeHead(status, { "content-type": raw ? "text/plain" : "application/json", ...headers });
  response.end(raw ? body : JSON.stringify(body));
}

function sendEvents(response, status, headers, events, { hang, drop }) {
  response.writeHead(status, { "content-type": "text/event-stream", ...headers });
  const sent = hang || drop ? events.slice(0, Math.ceil(events.length / 2)) : events;
  for (const event of sent) {
    const name = typeof event === "object" && event.type ? `event: ${event.type}\n` : "";
    response.write(`${name}data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`);
  }
  // The written half must be on its way before the socket goes, or the client sees a refused request, not a broken stream.
  if (drop) setTimeout(() => response.destroy(), 20);
  else if (!hang) response.end();
}
