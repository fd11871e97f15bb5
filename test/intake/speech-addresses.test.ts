/** A127: recordings, and the key, go where the configuration says and nowhere else. */
import type * as dns from "node:dns";
import { afterEach, expect, it, onTestFinished, vi } from "vitest";
import { transcriptsSchema } from "../../src/config/transcripts-schema.ts";
import { elevenLabsReply, type SpeechServer, startSpeechServer } from "./speech-server.ts";
import { startTakeIn, type TakeInHarness } from "./take-in-harness.ts";

/** What the name of the speech provider leads to. */
let addresses: readonly dns.LookupAddress[] = [];
vi.mock("node:dns", async (original) => {
  const lookup = (
    _name: string,
    _options: object,
    callback: (error: null, found: readonly dns.LookupAddress[]) => void,
  ) => callback(null, addresses);
  return { ...(await original<typeof dns>()), lookup };
});

let harness: TakeInHarness;
afterEach(async () => harness?.close());
const never = new AbortController().signal;
const dialogue = elevenLabsReply([
  ["a", "Hello?"],
  ["b", "Hi."],
]);

async function startSpeech(): Promise<SpeechServer> {
  const speech = await startSpeechServer(() => dialogue);
  onTestFinished(async () => speech.close());
  return speech;
}

const providers = ["elevenlabs", "openai"] as const;
const loopback: dns.LookupAddress = { address: "127.0.0.1", family: 4 };

it.each(
  providers.flatMap((provider) =>
    (
      [
        ["http://169.254.169.254/latest"],
        ["http://2852039166/latest"],
        ["http://0xa9.0xfe.0xa9.0xfe/v1"],
        ["http://[::ffff:169.254.169.254]/v1"],
        ["http://[fe80::1]/v1"],
        ["http://[fd00:ec2::254]/v1"],
        ["file:///etc/passwd"],
        ["gopher://127.0.0.1/"],
        ["http://user:hunter2@127.0.0.1/v1"],
      ] as const
    ).map(([address]) => [provider, address] as const),
  ),
)("A127 the configuration refuses for %s the address %s, without repeating it", (provider, base_url) => {
  const { error } = transcriptsSchema.safeParse({ speech: { provider, api_key: "k", base_url } });
  expect(error?.issues.map(({ path }) => path.join("."))).toEqual(["speech.base_url"]);
  expect(error?.message).not.toMatch(/hunter2|169|passwd/);
});

it.each(providers)(
  "A127 %s is reached by a name that leads to this machine, as local servers are",
  async (provider) => {
    addresses = [loopback];
    const speech = await startSpeech();
    harness = await startTakeIn(() => ({}), { provider, base_url: speech.url.replace("127.0.0.1", "speech.example") });
    await harness.takeIn(await harness.create(), never);
    expect(speech.requests).toHaveLength(1);
  },
);

it.each(
  providers.flatMap((provider) =>
    ["169.254.169.254", "::ffff:169.254.169.254"].map((address) => [provider, address] as const),
  ),
)("A127 %s is not reached by a name that also leads to %s", async (provider, address) => {
  addresses = [loopback, { address, family: address.includes(":") ? 6 : 4 }];
  const speech = await startSpeech();
  harness = await startTakeIn(() => ({}), { provider, base_url: speech.url.replace("127.0.0.1", "speech.example") });
  const outcome = await harness.takeIn(await harness.create(), never);
  expect(speech.requests).toHaveLength(0);
  expect(outcome?.status).toMatch(/^(?:pending|failed)$/);
  expect(await harness.store.intakes.read(await harness.create())).toMatchObject({ isDone: false });
});

it.each(providers.flatMap((provider) => [302, 307].map((status) => [provider, status] as const)))(
  "A127 %s is not followed where its redirect with %i leads, with a recording or with the key",
  async (provider, status) => {
    addresses = [loopback];
    const elsewhere = await startSpeech();
    harness = await startTakeIn(() => ({ status, headers: { location: `${elsewhere.url}/v1/speech-to-text` } }), {
      provider,
    });
    const outcome = await harness.takeIn(await harness.create(), never);
    expect([harness.speech.requests.length, elsewhere.requests.length]).toEqual([1, 0]);
    expect(outcome?.status).toMatch(/^(?:pending|failed)$/);
  },
);
