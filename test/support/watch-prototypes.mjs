// Loaded before a server (`--import`, in each of its threads): says so on stderr when a prototype that everything shares was
// written to. Once is enough; the thread goes on, so that a test sees what it was.
import { writeSync } from "node:fs";

const shared = { Object, Array, Function, String, Number, Boolean, Map, Set, Promise };
const keysOf = () => Object.entries(shared).map(([name, { prototype }]) => [name, Reflect.ownKeys(prototype).length]);
const before = Object.fromEntries(keysOf());

const timer = setInterval(() => {
  for (const [name, count] of keysOf()) {
    if (count === before[name]) continue;
    writeSync(2, `POLLUTED ${name}.prototype\n`);
    clearInterval(timer);
  }
}, 20);
timer.unref();
