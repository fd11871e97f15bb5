const MARK = Buffer.from("\ufeff");

/** UTF-8 without the byte order mark that some editors put before it. */
export async function* withoutMark(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Uint8Array | undefined = new Uint8Array();
  for await (const chunk of chunks) {
    if (head === undefined) yield chunk;
    else {
      head = Buffer.concat([head, chunk]);
      if (head.length < MARK.length) continue;
      yield MARK.equals(head.subarray(0, MARK.length)) ? head.subarray(MARK.length) : head;
      head = undefined;
    }
  }
  if (head !== undefined) yield head;
}
