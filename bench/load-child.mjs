// Sends export requests as fast as they are answered, over keep-alive sockets without an HTTP library, and reports.
// Started by ingest.mjs with its options as JSON: { url, connections, seconds | spans, json, gzip, historyCalls, spans }.
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { createSpanLoad } from "./span-load.mjs";

const options = JSON.parse(process.argv[2]);
const { host, hostname, port, pathname } = new URL(options.url);
const load = createSpanLoad({ json: options.json, historyCalls: options.historyCalls, spans: options.batch });
const encoding = options.gzip ? "Content-Encoding: gzip\r\n" : "";
const type = options.json ? "application/json" : "application/x-protobuf";
const head = `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: ${type}\r\n${encoding}Content-Length: `;
const bodies = options.gzip
  ? Array.from({ length: options.requests }, () => gzipSync(load.next().bytes, { level: 6 }))
  : [];

const latencies = [];
const windows = [];
let requests = 0;
let bytes = 0;
let refused = 0;
let started = 0;
let deadline = 0;

process.stdout.write("ready\n");
process.stdin.once("data", async () => {
  started = performance.now();
  deadline = started + (options.seconds ?? 3600) * 1000;
  await Promise.all(Array.from({ length: options.connections }, sendForever));
  report();
  process.exit(0);
});

function nextBody() {
  if (options.requests !== undefined && requests >= options.requests) return undefined;
  if (performance.now() >= deadline) return undefined;
  requests += 1;
  return options.gzip ? bodies[requests - 1] : load.next().bytes;
}

/** One connection: the next request when the last is answered. */
function sendForever() {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname.replace(/^\[|\]$/g, ""));
    socket.setNoDelay(true);
    let sentAt = 0;
    const send = () => {
      const body = nextBody();
      if (body === undefined) {
        socket.destroy();
        resolve();
        return;
      }
      bytes += body.length;
      sentAt = performance.now();
      socket.cork();
      socket.write(`${head}${body.length}\r\n\r\n`);
      // A copy: the body in the pool may be changed for another connection before the system has taken all of it.
      socket.write(options.gzip ? body : Buffer.from(body));
      socket.uncork();
    };
    let received = "";
    socket.on("connect", send);
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      const end = received.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
      if (received.length < end + 4 + length) return;
      const now = performance.now();
      if (!received.startsWith("HTTP/1.1 200")) refused += 1;
      latencies.push(now - sentAt);
      const window = Math.floor((now - started) / 1000);
      windows[window] = (windows[window] ?? 0) + load.spans;
      received = "";
      send();
    });
  });
}

function report() {
  const elapsed = (performance.now() - started) / 1000;
  latencies.sort((left, right) => left - right);
  const quantile = (part) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * part))];
  const answered = latencies.length - refused;
  process.stdout.write(
    `${JSON.stringify({
      spans: answered * load.spans,
      spansPerSecond: (answered * load.spans) / elapsed,
      p50: quantile(0.5),
      p99: quantile(0.99),
      max: latencies.at(-1),
      refused,
      bytes,
      windows,
    })}\n`,
  );
}
