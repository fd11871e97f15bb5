// The loop: takes a request, changes it, has it checked. Everything follows from the seed.
import { randomFrom } from "../payload.mjs";
import { mutate } from "./mutate.mjs";

/**
 * Until `seconds` have passed or a check throws. `check(input, random)` may be async; it returns whether the request was
 * accepted. Resolves with `{ runs, accepted }` and, when something is wrong, `failure: { run, input, error }`.
 */
export async function fuzz({ corpus, seed, seconds, check, onSecond = () => {} }) {
  const random = randomFrom(seed);
  const end = performance.now() + seconds * 1000;
  let [runs, accepted, nextReport] = [0, 0, performance.now() + 1000];
  while (performance.now() < end) {
    const input = nextInput(corpus, random);
    runs += 1;
    try {
      if (await check(input, random)) accepted += 1;
    } catch (error) {
      return { runs, accepted, failure: { run: runs, input, error } };
    }
    if (performance.now() < nextReport) continue;
    nextReport += 1000;
    onSecond({ runs, accepted });
    await new Promise((resolve) => setImmediate(resolve)); // timers and sockets get their turn
  }
  return { runs, accepted };
}

function nextInput(corpus, random) {
  const pick = () => corpus[Math.floor(random() * corpus.length)];
  const { signal, encoding, body } = pick();
  return { signal, encoding, body: mutate(body, encoding, pick().body, random) };
}
