const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const bracket = 0x5b;
const brace = 0x7b;

/**
 * How many values a JSON text holds, at most one more for each list and object, without reading any: `[],[],[]` takes ten
 * times as much memory once it is read. Stops counting at the first beyond `limit`.
 */
export function countValues(json: Uint8Array, limit: number): number {
  let count = 1;
  for (let at = 0; at < json.length && count <= limit; at++) {
    const byte = json[at];
    if (byte === quote) at = endOfString(json, at);
    else if (byte === comma || byte === bracket || byte === brace) count += 1;
  }
  return count;
}

/** Where its closing quote is. No byte of a character beyond ASCII looks like one in UTF-8. */
function endOfString(json: Uint8Array, start: number): number {
  for (let end = json.indexOf(quote, start + 1); end !== -1; end = json.indexOf(quote, end + 1)) {
    let escapes = end;
    while (json[escapes - 1] === backslash) escapes -= 1;
    if ((end - escapes) % 2 === 0) return end;
  }
  return json.length;
}
