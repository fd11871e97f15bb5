/** Node's loader hooks, in the thread that it has for them: import-in-the-middle's, beside those that others register. */
import { initialize as start } from "import-in-the-middle/hook.mjs";

export { load, resolve } from "import-in-the-middle/hook.mjs";

/** What import-in-the-middle remembers in this thread, to warn of a second copy. */
const key = "__import_in_the_middle_initialized__";

/** As import-in-the-middle begins, without its warning, then or when another copy of it begins. */
export async function initialize(options: unknown): Promise<void> {
  const others: unknown = Reflect.get(globalThis, key);
  Reflect.deleteProperty(globalThis, key);
  await start(options);
  Reflect.set(globalThis, key, others);
}
