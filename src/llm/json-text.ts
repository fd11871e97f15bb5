/**
 * The JSON objects in what a model wrote, last first: models think aloud, fence their answer, or explain it, and what
 * they quote from the material stands before what they conclude. Empty when there is none.
 */
export function findJsonObjects(text: string): readonly unknown[] {
  const cut = text.slice(0, maxScannedChars);
  const whole = parseObject(cut.trim());
  if (whole !== undefined) return [whole];
  const found: unknown[] = [];
  let position = cut.indexOf("{");
  for (let tries = 0; position !== -1 && tries < maxTries; tries++) {
    const end = endOfObject(cut, position);
    const value = end === undefined ? undefined : parseObject(cut.slice(position, end));
    if (value !== undefined) found.unshift(value);
    position = cut.indexOf("{", value === undefined || end === undefined ? position + 1 : end);
  }
  return found;
}

const maxScannedChars = 1_000_000;
/** Each try reads on from one brace, at worst to the end: the product bounds the work. */
const maxTries = 64;

function parseObject(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The position after the brace that closes the one at `start`; braces inside strings do not count. */
function endOfObject(text: string, start: number): number | undefined {
  let depth = 0;
  let inString = false;
  for (let i = start; i < text.length; i++) {
    const char = text[i];
    if (inString) {
      if (char === "\\") i++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === "{") depth++;
    else if (char === "}" && --depth === 0) return i + 1;
  }
  return undefined;
}
