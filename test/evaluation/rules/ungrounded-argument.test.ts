import { ungroundedArgument } from "../../../src/evaluation/rules/ungrounded-argument.ts";
import { says, system, tool, user, uses } from "../conversation.ts";
import { describeRule } from "./describe-rule.ts";

const cabin = tool("book_flight", {
  cabin: { type: "string", enum: ["economy", "business"] },
  bags: { type: "integer", default: 2 },
});
const found = { order_id: "W-2378", total: 120.5 };

describeRule(ungroundedArgument, {
  fires: [
    {
      name: "an invented identifier in a change, alone enough",
      messages: [user("Cancel my order please"), uses("cancel_order", { order_id: "W-9911" }, "ok"), says("Done.")],
      expect: { severity: "hard", dimension: "hallucination", toolCall: 0, turn: 1 },
      reasoning: /identifier "W-9911"/,
    },
    {
      name: "an invented identifier in a lookup, a soft sign",
      messages: [user("Where is my order?"), uses("get_order", { order_id: "W-9911" }, {}), says("On its way.")],
      expect: { severity: "soft" },
    },
    {
      name: "an invented e-mail address",
      messages: [user("Find the user Mei Kim"), uses("find_user", { email: "mei.kim@example.com" }, {})],
      reasoning: /email "mei\.kim@example\.com"/,
    },
    {
      name: "an amount that nobody named",
      messages: [user("Refund my last order please"), uses("refund", { amount: 47 }, "ok")],
      reasoning: /number "47"/,
    },
    {
      name: "a date when the conversation names none, a soft sign, because the agent may have a clock",
      messages: [user("Book a table for tomorrow please"), uses("book_table", { date: "2023-10-06" }, "ok")],
      expect: { severity: "soft" },
      reasoning: /day "2023-10-06"/,
    },
    {
      name: "a date when the user spoke of no day at all",
      messages: [user("Book a table for me please"), uses("book_table", { date: "2023-10-06" }, "ok")],
      expect: { severity: "hard" },
      reasoning: /date "2023-10-06"/,
    },
    {
      name: "a name that nobody mentioned",
      messages: [user("Book a flight from Boston for me please"), uses("book_flight", { destination: "Denver" }, "ok")],
      reasoning: /name "Denver"/,
    },
    {
      name: "a choice from an enum that nothing hints at, which is never more than a soft sign",
      messages: [user("Book the flight from Boston please"), uses("book_flight", { cabin: "business" }, "ok")],
      tools: [cabin],
      expect: { severity: "soft" },
      reasoning: /choice "business"/,
    },
    {
      name: "an invented identifier where the session may be a piece of a longer one, a soft sign",
      messages: [user("Cancel my order please"), uses("cancel_order", { order_id: "W-9911" }, "ok")],
      change: (session) => ({ ...session, source: "otlp" }),
      expect: { severity: "soft" },
    },
    {
      name: "an invented identifier where spans name their conversation",
      messages: [user("Cancel my order please"), uses("cancel_order", { order_id: "W-9911" }, "ok")],
      change: (session) => ({ ...session, source: "otlp", conversationId: "c1" }),
      expect: { severity: "hard" },
    },
    {
      name: "a value that the tool's answer brings only afterwards",
      messages: [user("Check the order please"), uses("get_order", { order_id: "W-2378" }, found)],
    },
    {
      name: "a value in an array of objects",
      messages: [user("Order it again please"), uses("order_items", { items: [{ item_id: "7747408585" }] }, "ok")],
      reasoning: /7747408585/,
    },
  ],
  silent: [
    {
      name: "an identifier that may stand in what the user attached",
      messages: [
        [
          {
            role: "user",
            content: [
              { type: "text", text: "Cancel the order of this bill please" },
              { type: "image_url", image_url: { url: "https://a.example/bill.png" } },
            ],
          },
        ],
        uses("cancel_order", { order_id: "W-9911" }, "ok"),
      ],
    },
    {
      name: "what the user named",
      messages: [user("Cancel order W-2378"), uses("cancel_order", { order_id: "W-2378" }, "ok")],
    },
    {
      name: "what the user named in other letters",
      messages: [user("cancel order #w2378"), uses("cancel_order", { order_id: "W-2378" }, "ok")],
    },
    {
      name: "what an earlier tool answered, in an earlier turn",
      messages: [
        user("My orders?"),
        uses("list_orders", {}, [found]),
        says("One."),
        user("Cancel it"),
        uses("cancel_order", { order_id: "W-2378" }, "ok"),
      ],
    },
    {
      name: "what a call of the same message brought, for recorders merge calls that followed each other",
      messages: [
        user("Check my order please"),
        uses("list_orders", {}, [found]),
        uses("get_order", { order_id: "W-2378" }, found),
      ],
    },
    {
      name: "what the system prompt says",
      messages: [system("The store is ST-77."), user("Is it open?"), uses("get_store", { id: "ST-77" }, {})],
    },
    {
      name: "numbers in other spellings",
      messages: [user("Transfer $1,250.00, that is 5% of it"), uses("transfer", { amount: 1250, rate: 0.05 }, "ok")],
    },
    {
      name: "numbers in words",
      messages: [user("Book it for twelve people please"), uses("book_table", { guests: 12 }, "ok")],
    },
    {
      name: "cents for dollars",
      messages: [user("Charge me 12.50 dollars please"), uses("charge", { cents: 1250 }, "ok")],
    },
    {
      name: "dates in other spellings",
      messages: [user("Book me a flight on May 17th, 2024"), uses("book", { date: "2024-05-17" }, "ok")],
    },
    {
      name: "a date with the day and month exchanged",
      messages: [user("Please go for 17/05/2024"), uses("book", { date: "05/17/2024" }, "ok")],
    },
    {
      name: "tomorrow's date when the system prompt names today's",
      messages: [
        system("Today is 2024-05-16."),
        user("Book for tomorrow please"),
        uses("book", { date: "2024-05-17" }, "ok"),
      ],
    },
    {
      name: "names with accents and full-width letters",
      messages: [
        user("Book a hotel in São Paulo for the ＡＣＭＥ fair"),
        uses("book", { city: "Sao Paulo", fair: "Acme" }, "ok"),
      ],
    },
    {
      name: "a word of another form",
      messages: [user("I want the best food of Italy"), uses("find_restaurant", { cuisine: "Italian" }, {})],
    },
    {
      name: "the schema's default",
      messages: [user("Book the flight to Boston please"), uses("book_flight", { bags: 2 }, "ok")],
      tools: [cabin],
    },
    {
      name: "a default that the parameter's description states",
      messages: [user("How fast does it fall?"), uses("drop", { gravity: 9.81, planet: "Earth" }, "ok")],
      tools: [
        tool("drop", {
          gravity: { type: "number", description: "In m/s2. Default is 9.81." },
          planet: { type: "string", description: "The planet (defaults to 'Earth')." },
        }),
      ],
    },
    {
      name: "numbers that words of time stand for",
      messages: [
        user("Compound it quarterly and forecast the next week"),
        uses("compound", { periods_a_year: 4, days: 7 }, "ok"),
      ],
    },
    {
      name: "the last day of a stay",
      messages: [
        user("Three nights from 1 June 2022"),
        uses("book_room", { start_date: "2022-06-01", end_date: "2022-06-04" }, "ok"),
      ],
    },
    {
      name: "free text",
      messages: [
        user("Write to them please"),
        uses("send_message", { message: "Dear team, room 4711 is free. Regards, Ada" }, "ok"),
      ],
    },
    {
      name: "options and small counts",
      messages: [user("Search the web please"), uses("search", { limit: 25, page: 3, exact: true, first: 1 }, {})],
    },
    {
      name: "names and dates when the user writes another language, for they may be translated",
      messages: [
        user("Забронируй отель в Москве на завтра"),
        uses("book_hotel", { city: "Moscow", date: "2024-05-17" }, "ok"),
      ],
    },
    {
      name: "anything when a part of the history was not recorded",
      messages: [user("Cancel my order please"), uses("cancel_order", { order_id: "W-9911" }, "ok")],
      change: (session) => ({ ...session, turns: session.turns.map((turn) => ({ ...turn, flags: ["truncated"] })) }),
    },
  ],
});
