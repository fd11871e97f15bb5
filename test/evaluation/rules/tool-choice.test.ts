import { claimedAction } from "../../../src/evaluation/rules/claimed-action.ts";
import { needlessQuestion } from "../../../src/evaluation/rules/needless-question.ts";
import { unfitTool } from "../../../src/evaluation/rules/unfit-tool.ts";
import { unlookedFacts } from "../../../src/evaluation/rules/unlooked-facts.ts";
import { unusedTool } from "../../../src/evaluation/rules/unused-tool.ts";
import { writtenCall } from "../../../src/evaluation/rules/written-call.ts";
import { says, system, tool, user, uses } from "../conversation.ts";
import { describeRule } from "./describe-rule.ts";

const weather = tool(
  "get_weather",
  {
    city: { type: "string", description: "The city whose weather is wanted" },
    unit: { type: "string", enum: ["celsius", "fahrenheit"], description: "The scale of the temperature" },
  },
  ["city"],
  "Retrieves the current weather of a city.",
);
const area = tool(
  "calculate_triangle_area",
  { base: { type: "number" }, height: { type: "number" } },
  ["base", "height"],
  "Calculates the area of a triangle.",
);
const tools = [weather, area];
const ask = user("What is the weather in the city of Lisbon?");
const policy = system(`You are a clerk. ${"Ask before you act. ".repeat(60)}`);

describeRule(unfitTool, {
  fires: [
    {
      name: "a tool about something else",
      messages: [user("Who discovered the circulation of the blood?"), uses("calculate_triangle_area", { base: 3 })],
      tools,
      expect: { severity: "soft", dimension: "wrong_tool_usage", toolCall: 0 },
      reasoning: /calculate_triangle_area was called/,
    },
  ],
  silent: [
    { name: "a tool that speaks of the request", messages: [ask, uses("get_weather", { city: "Lisbon" })], tools },
    {
      name: "a call that follows from an answer",
      messages: [ask, uses("get_weather", { city: "Lisbon" }, "12 C"), uses("calculate_triangle_area", { base: 3 })],
      tools,
    },
    {
      name: "a tool the system prompt speaks of",
      messages: [
        system("First of all calculate a triangle."),
        user("Who discovered the circulation of the blood?"),
        uses("calculate_triangle_area", { base: 3 }),
      ],
      tools,
    },
    {
      name: "a tool that takes any request",
      messages: [user("Please compare the editions of Ficciones"), uses("research", { topic: "Ficciones" })],
      tools: [tool("research", { topic: { type: "string" } }, ["topic"])],
    },
    {
      name: "a tool that needs nothing, to look around",
      messages: [user("Please compare the editions of Ficciones"), uses("list_tables", {})],
      tools: [tool("list_tables", { limit: { type: "number" } })],
    },
    { name: "a tool that was not offered", messages: [ask, uses("search_web", { q: "Lisbon" })], tools },
    {
      name: "a request in another language",
      messages: [user("Wie warm ist es heute in Lissabon?"), uses("calculate_triangle_area", { base: 3 })],
      tools,
    },
  ],
});

describeRule(unusedTool, {
  fires: [
    {
      name: "a refusal of what a tool can do",
      messages: [ask, says("I'm sorry, I am unable to look that up.")],
      tools,
      expect: { severity: "soft", dimension: "wrong_tool_usage" },
      reasoning: /get_weather fits the request, but the reply says that it cannot be done/,
    },
    {
      name: "an answer out of the blue",
      messages: [ask, says("In Lisbon it is sunny, 21 degrees.")],
      tools,
      reasoning: /answers without calling it/,
    },
  ],
  silent: [
    { name: "a call", messages: [ask, uses("get_weather", { city: "Lisbon" }, "12 C"), says("12 C")], tools },
    {
      name: "an answer after a call",
      messages: [ask, uses("get_weather", {}, "12 C"), says("12 C"), ask, says("12 C, as I said.")],
      tools,
    },
    { name: "a question for what is missing", messages: [user("What is the weather?"), says("In which city?")], tools },
    {
      name: "an answer where a needed number is not told",
      messages: [user("How do I calculate the area of a triangle?"), says("Multiply base by height and halve it.")],
      tools,
    },
    { name: "a request that no tool fits", messages: [user("Who wrote the Iliad?"), says("Homer.")], tools },
    { name: "a system prompt that may forbid it", messages: [policy, ask, says("I am unable to do that.")], tools },
    { name: "no tools", messages: [ask, says("I am unable to do that.")] },
  ],
});

describeRule(needlessQuestion, {
  fires: [
    {
      name: "a question for an optional parameter",
      messages: [ask, says("Sure. Which temperature scale do you prefer?")],
      tools,
      expect: { severity: "soft", dimension: "wrong_tool_usage" },
      reasoning: /Which temperature scale/,
    },
    {
      name: "a question that no tool can do anything with",
      messages: [user("Please book me a flight to Lisbon"), says("Sure, which airline do you prefer?")],
      tools,
    },
  ],
  silent: [
    {
      name: "a question for a required parameter",
      messages: [user("What is the weather like?"), says("In which city are you?")],
      tools,
    },
    { name: "a courtesy", messages: [ask, says("It is 12 C. Can I help you with anything else?")], tools },
    { name: "a question after a call", messages: [ask, uses("get_weather", {}, "12 C"), says("Which scale?")], tools },
    { name: "a system prompt that may demand it", messages: [policy, ask, says("Which scale do you prefer?")], tools },
    { name: "a greeting", messages: [user("Hello"), says("Hello, what can I do for you?")], tools },
  ],
});

describeRule(claimedAction, {
  fires: [
    {
      name: "a deed without a call",
      messages: [user("Remind me at noon"), says("I have set your reminder for noon.")],
      tools,
      expect: { severity: "soft", dimension: "wrong_tool_usage" },
      reasoning: /I have set your reminder/,
    },
    { name: "a lookup without a call", messages: [ask, says("I checked: it is sunny.")], tools },
    { name: "records nobody read", messages: [ask, says("According to our records it is sunny.")], tools },
  ],
  silent: [
    { name: "a deed with a call", messages: [ask, uses("get_weather", {}, "12"), says("I checked: 12 C.")], tools },
    {
      name: "a deed of an earlier turn",
      messages: [ask, uses("get_weather", {}, "12"), says("12"), user("Sure?"), says("I checked it.")],
      tools,
    },
    {
      name: "what would have to happen first",
      messages: [ask, says("Once an order has been cancelled, it cannot be changed.")],
      tools,
    },
    { name: "a promise", messages: [ask, says("I can check that for you.")], tools },
    { name: "an agent without tools", messages: [ask, says("I checked: it is sunny.")] },
  ],
});

describeRule(writtenCall, {
  fires: [
    {
      name: "a call as code",
      messages: [ask, says('```python\nprint(get_weather(city="Lisbon"))\n```')],
      tools,
      expect: { severity: "soft", dimension: "wrong_tool_usage" },
      reasoning: /writes a call of get_weather/,
    },
    {
      name: "a call as JSON",
      messages: [ask, says('{"name": "get_weather", "arguments": {"city": "Lisbon"}}')],
      tools,
    },
  ],
  silent: [
    {
      name: "a call that was made",
      messages: [ask, uses("get_weather", {}, "12"), says("get_weather() said 12")],
      tools,
    },
    { name: "a tool's name alone", messages: [ask, says("The tool get_weather could tell.")], tools },
    { name: "another function", messages: [ask, says("print(datetime.now())")], tools },
    {
      name: "a call that the user wrote",
      messages: [user("What does get_weather(city) do?"), says("get_weather(city) tells it.")],
      tools,
    },
  ],
});

describeRule(unlookedFacts, {
  fires: [
    {
      name: "today's weather out of the blue",
      messages: [user("What is the weather in Oslo today?"), says("Sunny, with 23 degrees.")],
      tools,
      expect: { severity: "soft", dimension: "wrong_tool_usage" },
      reasoning: /states 23 without one/,
    },
    {
      name: "the user's own order",
      messages: [user("Where is my order?"), says("It arrives with parcel 99812.")],
      tools,
    },
  ],
  silent: [
    {
      name: "a lookup",
      messages: [user("The weather today?"), uses("get_weather", {}, "23"), says("23 degrees.")],
      tools,
    },
    {
      name: "knowledge that does not change",
      messages: [user("How high is the Eiffel Tower?"), says("330 m.")],
      tools,
    },
    {
      name: "a figure the user told",
      messages: [user("Is my order 4711 there?"), says("I know nothing of 4711.")],
      tools,
    },
    {
      name: "a system prompt that tells it",
      messages: [system("Today: 23 degrees."), user("The weather today?"), says("23 degrees.")],
      tools,
    },
    {
      name: "an answer that dates itself",
      messages: [user("The current population of Oslo?"), says("As of my last update, 709037.")],
      tools,
    },
    { name: "an agent of which no tools are known", messages: [user("The weather today?"), says("23 degrees.")] },
    { name: "an admission", messages: [user("The weather today?"), says("I can't check it. Call 800123.")], tools },
  ],
});
