/**
 * Rewrites JSON text without parsing it into values: numbers keep their digits, members their order, and everything that
 * is not rewritten its spelling. What was valid stays valid.
 */

export interface JsonRewriting {
  /** What stands for the string; the same string where nothing is to change. `key` is that of the member it is the value of. */
  text(content: string, key: string | undefined, depth: number): string;
  key(content: string): string;
  /** What stands for a number, true, false or null, as text; undefined leaves it. */
  token(token: string): string | undefined;
  /** What makes of the whole value of that member, given as JSON, what stands for it, as text; undefined leaves it. */
  member(key: string): ((value: string) => string) | undefined;
  /** What stands for a map or list that lies so deep, as text; undefined leaves it. The outermost is at `depth` 0. */
  container(depth: number): string | undefined;
}

/** Undefined when the text is not a JSON map, list or string. `depth` is that of the text itself. */
export function rewriteJsonText(text: string, rewriting: JsonRewriting, depth: number): string | undefined {
  if (!/^\s{0,100}["[{]/.test(text) || !isJson(text)) return undefined;
  const writer = createWriter(text);
  let level = depth - 1;
  let key: string | undefined;
  let position = 0;
  while (position < text.length) {
    const character = text[position];
    if (character === "," || character === "]" || character === "}") {
      if (character !== ",") level -= 1;
      key = undefined;
      position += 1;
    } else if (character === ":" || character === " " || character === "\n" || character === "\t" || character === "\r")
      position += 1;
    else if (character === '"' && isKey(text, endOfString(text, position))) {
      const end = endOfString(text, position);
      key = contentOf(text, position, end);
      writer.replace(position, end, key, rewriting.key(key));
      position = end;
    } else position = rewriteValue(position);
  }
  return writer.finish();

  /** Returns where to go on: inside of a container, after everything else. */
  function rewriteValue(start: number): number {
    const isContainer = text[start] === "{" || text[start] === "[";
    const whole = key === undefined ? undefined : rewriting.member(key);
    const deep = isContainer ? rewriting.container(level + 1) : undefined;
    if (whole === undefined && deep === undefined && isContainer) {
      level += 1;
      key = undefined;
      return start + 1;
    }
    const end = endOfValue(text, start);
    if (whole !== undefined) writer.put(start, end, whole(text.slice(start, end)));
    else if (deep !== undefined) writer.put(start, end, deep);
    else rewriteScalar(start, end);
    return end;
  }

  function rewriteScalar(start: number, end: number): void {
    if (text[start] === '"') {
      const content = contentOf(text, start, end);
      writer.replace(start, end, content, rewriting.text(content, key, level + 1));
      return;
    }
    const replacement = rewriting.token(text.slice(start, end));
    if (replacement !== undefined) writer.put(start, end, replacement);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Copies what is not replaced. */
function createWriter(text: string) {
  let result = "";
  let copiedTo = 0;
  const put = (start: number, end: number, content: string): void => {
    result += text.slice(copiedTo, start) + JSON.stringify(content);
    copiedTo = end;
  };
  return {
    put,
    replace(start: number, end: number, before: string, after: string) {
      if (after !== before) put(start, end, after);
    },
    finish: () => (copiedTo === 0 ? text : result + text.slice(copiedTo)),
  };
}

function contentOf(text: string, start: number, end: number): string {
  const inside = text.slice(start + 1, end - 1);
  const content: unknown = inside.includes("\\") ? JSON.parse(text.slice(start, end)) : inside;
  return String(content);
}

function isKey(text: string, end: number): boolean {
  let next = end;
  while (text[next] === " " || text[next] === "\n" || text[next] === "\t" || text[next] === "\r") next += 1;
  return text[next] === ":";
}

/** The place after the value at `start`; the text's end where it is cut off. The text need not be JSON as a whole. */
export function endOfValue(text: string, start: number): number {
  const first = text[start];
  if (first === '"' || first === "'") return endOfString(text, start);
  if (first !== "{" && first !== "[") return endOfToken(text, start);
  const bracket = /["[\]{}]/g;
  bracket.lastIndex = start;
  let open = 0;
  for (let match = bracket.exec(text); match !== null; match = bracket.exec(text)) {
    if (match[0] === '"') bracket.lastIndex = endOfString(text, match.index);
    else if (match[0] === "{" || match[0] === "[") open += 1;
    else open -= 1;
    if (open === 0) return match.index + 1;
  }
  return text.length;
}

function endOfToken(text: string, start: number): number {
  const end = /[\s,\]}]/g;
  end.lastIndex = start;
  return end.exec(text)?.index ?? text.length;
}

/** The place after the closing quote. */
function endOfString(text: string, start: number): number {
  const quote = text[start] ?? '"';
  let end = text.indexOf(quote, start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf(quote, end + 1);
  return end === -1 ? text.length : end + 1;
}

function isEscaped(text: string, position: number): boolean {
  let first = position;
  while (text[first - 1] === "\\") first -= 1;
  return (position - first) % 2 === 1;
}
