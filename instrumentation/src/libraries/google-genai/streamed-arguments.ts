import { type Fields, fieldsOf, listOf, textOf } from "../../json.ts";

/** A call's arguments nest less deep than this, and a model that says otherwise is not to be followed. */
const maxDepth = 32;

/**
 * The next piece of a function call that comes in pieces, as Vertex AI streams it when it is asked to
 * (`streamFunctionCallArguments`): first the name, then arguments, each said by its JSON path.
 */
export function joinFunctionCalls(call: Fields, piece: Fields): Fields {
  const partialArgs = [...listOf(call["partialArgs"]), ...listOf(piece["partialArgs"])];
  return { ...piece, ...call, partialArgs, willContinue: piece["willContinue"] };
}

/** The arguments that the pieces make: a text goes on where its path is said again. */
export function argumentsOf(partialArgs: readonly unknown[]): unknown {
  const root = newObject();
  for (const value of partialArgs) {
    const piece = fieldsOf(value);
    put(root, stepsOf(textOf(piece["jsonPath"]) ?? "").slice(0, maxDepth), valueOf(piece));
  }
  // As plain as arguments that come whole.
  return JSON.parse(JSON.stringify(root)) as unknown;
}

/** Without a prototype: the names in it are the model's. */
const newObject = (): object => ({ __proto__: null });

/** `$.stops[0].city`, `$['stops'][0]['city']`. */
function stepsOf(jsonPath: string): readonly string[] {
  const steps = jsonPath.matchAll(/\[(\d+)\]|\['([^']*)'\]|\.([^.[\]]+)/g);
  return [...steps].map(([, index, quoted, name]) => index ?? quoted ?? name ?? "");
}

function valueOf({ stringValue, numberValue, boolValue }: Fields): unknown {
  return stringValue ?? numberValue ?? boolValue ?? null;
}

/** Lists grow by one at most, whatever index is said. */
function put(holder: object, [step, next, ...rest]: readonly string[], value: unknown): void {
  if (step === undefined) return;
  const key = Array.isArray(holder) ? Math.min(Number.parseInt(step, 10) || 0, holder.length) : step;
  const before: unknown = Reflect.get(holder, key);
  if (next === undefined) {
    Reflect.set(holder, key, typeof before === "string" && typeof value === "string" ? before + value : value);
    return;
  }
  const inner = before ?? (/^\d+$/.test(next) ? [] : newObject());
  Reflect.set(holder, key, inner);
  if (typeof inner === "object") put(inner, [next, ...rest], value);
}
