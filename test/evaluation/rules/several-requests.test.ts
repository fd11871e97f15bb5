import { addedCall } from "../../../src/evaluation/rules/added-call.ts";
import { leftOutValue } from "../../../src/evaluation/rules/left-out-value.ts";
import { tooFewCalls } from "../../../src/evaluation/rules/too-few-calls.ts";
import { uncalledTool } from "../../../src/evaluation/rules/uncalled-tool.ts";
import type { ChatMessage } from "../../../src/model/message.ts";
import type { JsonValue } from "../../../src/model/session.ts";
import { says, tool, user, uses } from "../conversation.ts";
import { describeRule } from "./describe-rule.ts";

const factorial = (number: number, answer?: string) => uses("factorial", { number }, answer);
const weather = (city: string, answer?: string) => uses("get_weather", { city }, answer);
const index = tool("calculate", { weight: { type: "number" } }, [], "Calculates the Body Mass Index.");

describeRule(leftOutValue, {
  fires: [
    {
      name: "two of three numbers",
      messages: [user("Find the factorial of 5,10 and 15."), factorial(5)],
      expect: { severity: "soft", dimension: "wrong_tool_usage" },
      reasoning: /"10", "15"/,
    },
    {
      name: "two names",
      messages: [user("How is the weather in Oslo, Madrid and Vienna?"), weather("Oslo", "sunny")],
      reasoning: /madrid/,
    },
  ],
  silent: [
    { name: "all numbers", messages: [user("Find the factorial of 5 and 10."), factorial(5), factorial(10)] },
    {
      name: "a number in another spelling",
      messages: [user("Lend me $1,200 at 5 %"), uses("quote_loan", { principal: 1200, rate: 0.05 })],
    },
    {
      name: "a number the reply takes up",
      messages: [user("Factorial of 5 and 10"), factorial(5), says("10: 3628800")],
    },
    { name: "one name alone", messages: [user("Hi Anna, how is the weather in Oslo?"), weather("Oslo")] },
    { name: "numbers of a list", messages: [user("Please\n 2. look at the weather in Oslo"), weather("Oslo")] },
    {
      name: "what the tool is made for",
      messages: [user("Tell me the Body Mass Index for 85 kilograms"), uses("calculate", { weight: 85 })],
      tools: [index],
    },
    {
      name: "a date",
      messages: [user("Weather in Oslo on 17 May, a Monday?"), uses("get_weather", { city: "Oslo", day: "05-17" })],
    },
    { name: "a turn without calls", messages: [user("Factorial of 5 and 10"), says("120 and more")] },
  ],
});

describeRule(tooFewCalls, {
  fires: [
    {
      name: "a second errand",
      messages: [user("Look up the weather in Oslo, and then do the same for Rome."), weather("Oslo")],
      expect: { severity: "soft", dimension: "wrong_tool_usage" },
      reasoning: /more than one thing/,
    },
  ],
  silent: [
    {
      name: "a call for each",
      messages: [user("The weather in Oslo, and then in Rome"), weather("Oslo"), weather("Rome")],
    },
    {
      name: "a call that was answered",
      messages: [user("The weather in Oslo, and then in Rome"), weather("Oslo", "sunny")],
    },
    {
      name: "a call and words",
      messages: [user("The weather in Oslo, and then in Rome"), weather("Oslo"), says("First Oslo.")],
    },
    { name: "one errand", messages: [user("The weather in Oslo and the wind"), weather("Oslo")] },
  ],
});

const hours = tool("get_museum_hours", { museum: { type: "string" } });
const travel = tool("get_travel_time", { to: { type: "string" } });

describeRule(uncalledTool, {
  fires: [
    {
      name: "a tool named by the user's words",
      messages: [
        user("The hours of the Louvre museum and the travel time"),
        uses("get_museum_hours", { museum: "Louvre" }),
      ],
      tools: [hours, travel],
      expect: { severity: "soft", dimension: "wrong_tool_usage" },
      reasoning: /get_travel_time/,
    },
  ],
  silent: [
    {
      name: "tools that were called",
      messages: [
        user("The hours of the Louvre museum and the travel time"),
        uses("get_museum_hours", { museum: "Louvre" }),
        uses("get_travel_time", { to: "Louvre" }),
      ],
      tools: [hours, travel],
    },
    {
      name: "a tool whose name was used in part",
      messages: [user("At what time does the museum open?"), uses("get_museum_hours", { museum: "Louvre" })],
      tools: [hours, travel],
    },
    {
      name: "a turn after which the agent spoke",
      messages: [
        user("The hours of the Louvre museum and the travel time"),
        uses("get_museum_hours", { museum: "Louvre" }, "9 to 6"),
        says("9 to 6. Where do you start?"),
      ],
      tools: [hours, travel],
    },
    {
      name: "a later turn",
      messages: [
        user("The hours of the museum"),
        uses("get_museum_hours", { museum: "Louvre" }, "9 to 6"),
        says("9 to 6."),
        user("And the travel time for this museum?"),
        uses("get_museum_hours", { museum: "Louvre" }),
      ],
      tools: [hours, travel],
    },
  ],
});

/** An assistant message with several calls, of which none is answered. */
const atOnce = (...calls: readonly (readonly [name: string, given: JsonValue])[]): ChatMessage[] => [
  {
    role: "assistant",
    content: null,
    tool_calls: calls.map(([name, given]) => ({
      type: "function",
      function: { name, arguments: JSON.stringify(given) },
    })),
  },
];

describeRule(addedCall, {
  fires: [
    {
      name: "the same values once more",
      messages: [
        user("What is the hypotenuse of 4 and 5?"),
        atOnce(["hypotenuse", { x: 4, y: 5 }], ["hypotenuse", { x: 4, y: 5, z: 0 }]),
      ],
      expect: { severity: "soft", dimension: "wrong_tool_usage", toolCall: 1 },
      reasoning: /hypotenuse was called together/,
    },
    {
      name: "values in another order",
      messages: [
        user("What is the common factor of 36 and 24?"),
        atOnce(["factor", { a: 36, b: 24 }], ["factor", { a: 24, b: 36 }]),
      ],
    },
    {
      name: "a choice nobody asked for",
      messages: [
        user("What would renewable energy save in California?"),
        atOnce(["savings", { of: "solar", in: "California" }], ["savings", { of: "wind", in: "California" }]),
      ],
    },
  ],
  silent: [
    {
      name: "two tools for the same place",
      messages: [
        user("Tell me the distance to Oslo and the traffic"),
        atOnce(["distance", { to: "Oslo" }], ["traffic", { to: "Oslo" }]),
      ],
    },
    {
      name: "other values",
      messages: [
        user("Hypotenuse of 4 and 5, and of 6 and 7"),
        atOnce(["hypotenuse", { x: 4, y: 5 }], ["hypotenuse", { x: 6, y: 7 }]),
      ],
    },
    {
      name: "both sides of a flag",
      messages: [
        user("Prime factors of 4567 as a text and as a list"),
        atOnce(["factors", { of: 4567, text: true }], ["factors", { of: 4567, text: false }]),
      ],
    },
    {
      name: "a choice the user named",
      messages: [
        user("Status and trial date of case XY1234"),
        atOnce(["case", { id: "XY1234", details: "status" }], ["case", { id: "XY1234", details: "trial_date" }]),
      ],
    },
    {
      name: "a list in another order",
      messages: [
        user("Sort 34, 78, 12 and then 12, 34, 78"),
        atOnce(["sort", { list: [34, 78, 12] }], ["sort", { list: [12, 34, 78] }]),
      ],
    },
    {
      name: "a second try after an answer",
      messages: [
        user("Hypotenuse of 4 and 5"),
        uses("hypotenuse", { x: 4, y: 5 }, "error"),
        uses("hypotenuse", { x: 4, y: 5, z: 0 }, "6.4"),
      ],
    },
    {
      name: "values the user never named",
      messages: [user("How is the traffic?"), atOnce(["traffic", { to: "Rome" }], ["traffic", { to: "Oslo" }])],
    },
  ],
});
