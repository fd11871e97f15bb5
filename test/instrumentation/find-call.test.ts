import { expect, it } from "vitest";
import { findCall } from "../../instrumentation/src/find-call.ts";

const faro = { id: "faro", name: "weather", arguments: { city: "Faro", days: 2 } };
const lagos = { id: "lagos", name: "weather", arguments: { city: "Lagos", days: 2 } };
const lagosAgain = { ...lagos, id: "lagos again" };
const time = { id: "time", name: "time", arguments: {} };

it.each([
  { given: "equal arguments in another order", open: [faro, lagos], args: { days: 2, city: "Lagos" }, found: "lagos" },
  { given: "one call of that name", open: [lagos, time], args: "whatever", found: "lagos" },
  { given: "the values as a list", open: [faro, lagos], args: ["Lagos", 2], found: "lagos" },
  { given: "one of the values", open: [faro, lagos], args: "Lagos", found: "lagos" },
  { given: "what the program has added", open: [faro, lagos], args: { city: "Lagos", in: "Portugal" }, found: "lagos" },
  { given: "a call that was asked for twice", open: [faro, lagos, lagosAgain], args: ["Lagos"], found: "lagos" },
  { given: "only what both have", open: [faro, lagos], args: [2], found: undefined },
  { given: "nothing that either has", open: [faro, lagos], args: ["Porto"], found: undefined },
  { given: "no such name", open: [time], args: { city: "Faro" }, found: undefined },
  { given: "what is no JSON", open: [faro, lagos], args: { when: 2n }, found: undefined },
])("finds $found by $given", ({ open, args, found }) => {
  expect(findCall(open, "weather", args)?.id).toBe(found);
});
