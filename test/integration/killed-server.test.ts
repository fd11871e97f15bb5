/** The exporters that applications use, through a server that dies meanwhile. `npm run crash -- --sdk` is the long form. */
import { expect, test } from "vitest";
import { deliverThroughKills } from "../../bench/crash/sdk.mjs";

const exporters = [
  "traces http/protobuf",
  "traces http/protobuf gzip",
  "traces http/json",
  "traces http/json gzip",
  "traces grpc gzip",
  "logs http/protobuf gzip",
  "logs http/json",
  "logs grpc",
];

test("every record that an exporter believes delivered is there once", { timeout: 120_000 }, async () => {
  const { rows, missing, duplicated } = await deliverThroughKills({ records: 8000, kills: 2 });
  expect([missing, duplicated]).toEqual([0, 0]);
  expect(rows).toMatchObject(exporters.map((exporter) => ({ exporter, delivered: 1000, "there once": 1000 })));
});
