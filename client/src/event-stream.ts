/** Server-sent events out of an answer's body. Source: the HTML standard, 9.2.6 "Interpreting an event stream". */

export interface ServerEvent {
  readonly event: string;
  readonly data: string;
  /** The last one that was sent: what a new request names to go on from there. */
  readonly id: string;
}

/** A frame that never ends is no frame: the server's own are far smaller. In characters. */
const MAX_FRAME = 64 * 1024 * 1024;

export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent, void> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  const parse = createFrameParser();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield* parse(decoder.decode(value, { stream: true }));
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Takes text as it arrives and gives the events that are complete with it. */
function createFrameParser(): (text: string) => ServerEvent[] {
  let rest = "";
  let frame = { event: "", data: [] as string[] };
  let id = "";

  function takeLine(line: string): ServerEvent | undefined {
    if (line === "") {
      const { event, data } = frame;
      frame = { event: "", data: [] };
      return data.length === 0 ? undefined : { event: event || "message", data: data.join("\n"), id };
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") frame.event = value;
    else if (field === "data") frame.data.push(value);
    else if (field === "id") id = value;
    return undefined;
  }

  return (text) => {
    rest += text;
    // A line may end with CR LF, and its LF be still to come.
    const end = Math.max(rest.lastIndexOf("\n"), rest.lastIndexOf("\r", rest.length - 2)) + 1;
    const lines = rest.slice(0, end).split(/\r\n|\n|\r/);
    rest = rest.slice(end);
    if (rest.length > MAX_FRAME) throw new RangeError("the server sends an event without an end");
    return lines.slice(0, -1).flatMap((line) => takeLine(line) ?? []);
  };
}
