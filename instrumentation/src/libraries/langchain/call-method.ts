import { member } from "../../json.ts";

/**
 * What a method of one of the library's objects returns; undefined without such a method and when it throws. What it
 * throws the library, which calls it too, throws at the application.
 */
export function callMethod(owner: unknown, name: string, ...args: unknown[]): unknown {
  const method = member(owner, name);
  if (!isMethod(method)) return undefined;
  try {
    return method.apply(owner, args);
  } catch {
    return undefined;
  }
}

const isMethod = (value: unknown): value is (this: unknown, ...args: unknown[]) => unknown =>
  typeof value === "function";
