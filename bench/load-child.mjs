// Sends export requests as fast as they are answered, over keep-alive sockets without an HTTP library, and reports.
// To a URL that begins with grpc: it makes calls with grpc-js instead.
// Started by ingest.mjs with its options as JSON: { url, connections, batch, bodies, seconds | requests, warmUpSeconds, json, gzip }.
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { createGrpcCalls } from "./grpc-calls.mjs";
import { createSpanLoad } from "./span-load.mjs";

/** Of each connection, used over and over under other ids. */
const BODIES = 8;

const options = JSON.parse(process.argv[2]);
const { host, hostname, port, pathname } = new URL(options.url);
/** Each connection has bodies of its own: what it sends does not change before it is answered. */
const createLoad = () => createSpanLoad({ json: options.json, spans: options.batch, bodies: options.bodies ?? BODIES });
const loads = Array.from({ length: options.gzip ? 1 : options.connections }, createLoad);
const encoding = options.gzip ? "Content-Encoding: gzip\r\n" : "";
const type = options.json ? "application/json" : "application/x-protobuf";
const head = `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: ${type}\r\n${encoding}Content-Length: `;
const bodies = options.gzip
  ? Array.from({ length: options.requests }, () => gzipSync(loads[0].next().bytes, { level: 6 }))
  : [];

const latencies = [];
const windows = [];
let requests = 0;
let refused = 0;
/** When measuring begins: until then the server's code becomes fast, and what it answers does not count. */
let begins = 0;
let deadline = 0;

process.stdout.write("ready\n");
process.stdin.once("data", async () => {
  begins = performance.now() + (options.warmUpSeconds ?? 0) * 1000;
  deadline = begins + (options.seconds ?? 3600) * 1000;
  const calls = options.url.startsWith("grpc:") ? createGrpcCalls(options.url, options.connections) : [];
  const forever = (_, index) =>
    calls.length > 0 ? callForever(loads[index], calls[index]) : sendForever(loads[index]);
  await Promise.all(Array.from({ length: options.connections }, forever));
  report();
  process.exit(0);
});

function nextBody(load) {
  if (options.requests !== undefined && requests >= options.requests) return undefined;
  if (performance.now() >= deadline) return undefined;
  requests += 1;
  return options.gzip ? bodies[requests - 1] : load.next().bytes;
}

/** One connection: the next request when the last is answered. */
function sendForever(load) {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname.replace(/^\[|\]$/g, ""));
    socket.setNoDelay(true);
    let sentAt = 0;
    const send = () => {
      const body = nextBody(load);
      if (body === undefined) {
        socket.destroy();
        resolve();
        return;
      }
      sentAt = performance.now();
      socket.cork();
      socket.write(`${head}${body.length}\r\n\r\n`);
      socket.write(body);
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
      record(performance.now(), sentAt, received.startsWith("HTTP/1.1 200"));
      received = "";
      send();
    });
  });
}

/** One caller: the next call when the last is answered. */
async function callForever(load, call) {
  for (let body = nextBody(load); body !== undefined; body = nextBody(load)) {
    const sentAt = performance.now();
    const isAccepted = await call(body);
    record(performance.now(), sentAt, isAccepted);
  }
}

function record(now, sentAt, isAccepted) {
  if (!isAccepted) refused += 1;
  if (now < begins) return;
  latencies.push(now - sentAt);
  const window = Math.floor((now - begins) / 1000);
  windows[window] = (windows[window] ?? 0) + options.batch;
}

function report() {
  const elapsed = (performance.now() - begins) / 1000;
  latencies.sort((left, right) => left - right);
  const quantile = (part) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * part))];
  const spans = (latencies.length - refused) * options.batch;
  const p50 = quantile(0.5);
  const p99 = quantile(0.99);
  process.stdout.write(
    `${JSON.stringify({ spans, spansPerSecond: spans / elapsed, p50, p99, max: latencies.at(-1), refused, windows })}\n`,
  );
}
