// Sends what no sender would: all captured requests, changed at random, through everything that reads them.
//   npm run fuzz -- [--seconds 300] [--seed N]     until the time is over, or something is wrong
//   npm run fuzz -- --input FILE                   once more what was wrong
// Prints the seed first. What is wrong is written to a file, and the command ends with 1.
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { checkPrototypes, checkRequest, startReceiver } from "./fuzz/check.mjs";
import { readCorpus } from "./fuzz/corpus.mjs";
import { fuzz } from "./fuzz/fuzzer.mjs";

const HELP = `usage: npm run fuzz -- [--seconds 300] [--seed N] [--input FILE]
Changes captured requests at random and has everything read them: decoders, dialects, session builder, HTTP receiver.
Prints the seed, every second the number of runs, and "clean"; or what is wrong and the file that shows it.`;

/** Of each so many requests one goes over HTTP, which costs more than the rest together. */
const HTTP_EVERY = 10;
/** What may stay on the heap beyond what was there at first. */
const MAX_GROWTH_MIB = 200;

const { values } = parseArgs({
  options: {
    seconds: { type: "string" },
    seed: { type: "string" },
    input: { type: "string" },
    help: { type: "boolean" },
  },
});
if (values.help) console.log(HELP);
else if (values.input !== undefined) checkFile(values.input);
else process.exitCode = await run(Number(values.seconds ?? 300), Number(values.seed ?? Date.now() % 1_000_000_000));

async function run(seconds, seed) {
  console.log(`seed ${seed}`);
  const corpus = readCorpus();
  const receiver = await startReceiver();
  const collectGarbage = exposeGarbageCollection();
  const heap = () => {
    collectGarbage();
    return process.memoryUsage().heapUsed / 1024 / 1024;
  };
  let checked = 0;
  let atFirst;
  async function check(input, random) {
    const isAccepted = checkRequest(input);
    checkPrototypes();
    checked += 1;
    if (checked % HTTP_EVERY === 0) await receiver.check(input, random);
    if (checked === 500) atFirst = heap();
    if (checked % 5000 === 0 && heap() - atFirst > MAX_GROWTH_MIB) throw new Error("the heap grows");
    return isAccepted;
  }
  const onSecond = ({ runs, accepted }) => process.stderr.write(`\r${runs} runs, ${accepted} accepted `);
  const { runs, accepted, failure } = await fuzz({ corpus, seed, seconds, check, onSecond });
  await receiver.stop();
  process.stderr.write("\n");
  if (failure !== undefined) return report(failure, seed);
  const memory = atFirst === undefined ? "" : `, heap ${Math.round(atFirst)} to ${Math.round(heap())} MiB`;
  console.log(`clean: ${runs} runs from ${corpus.length} captured requests, ${accepted} accepted${memory}`);
  return 0;
}

function report({ run, input: { signal, encoding, body }, error }, seed) {
  const file = join(tmpdir(), `turnwise-fuzz-${seed}-${run}.${signal}.${encoding}`);
  writeFileSync(file, body);
  console.log(`run ${run}: ${error.stack}\nwritten to ${file}; again: npm run fuzz -- --input ${file}`);
  return 1;
}

/** The file's name says of which signal and encoding it is, as `report` names it. */
function checkFile(file) {
  const [signal, encoding] = file.split(".").slice(-2);
  const isAccepted = checkRequest({ signal, encoding, body: readFileSync(file) });
  checkPrototypes();
  console.log(isAccepted ? "accepted" : "malformed");
}

function exposeGarbageCollection() {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
}
