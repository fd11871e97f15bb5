// A scripted message in the four shapes in which an OpenAI-compatible server can be asked for it.

const createdSeconds = 1_790_000_000;

/** A `chat.completion` object. */
export function chatCompletion(request, { message, usage, finishReason }) {
  const toolCalls = toolCallsOf(request, message);
  return {
    id: `chatcmpl-${request.number}`,
    object: "chat.completion",
    created: createdSeconds,
    model: request.body.model,
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: message.content ?? null,
          refusal: message.refusal ?? null,
          ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
        },
        logprobs: null,
        finish_reason: finishReason ?? finishReasonOf(message),
      },
    ],
    usage: chatUsage(usage),
  };
}

/** The same as `chat.completion.chunk` objects: text word by word, arguments in two pieces, usage when it was asked for. */
export function chatChunks(request, { message, usage, finishReason }) {
  const includeUsage = request.body.stream_options?.include_usage === true;
  const chunk = (choices, rest = {}) => ({
    id: `chatcmpl-${request.number}`,
    object: "chat.completion.chunk",
    created: createdSeconds,
    model: request.body.model,
    choices,
    ...(includeUsage && { usage: null }),
    ...rest,
  });
  const delta = (delta, finish_reason = null) => chunk([{ index: 0, delta, logprobs: null, finish_reason }]);
  return [
    delta({ role: "assistant", content: message.content === undefined ? null : "", refusal: null }),
    ...pieces(message.content ?? "").map((content) => delta({ content })),
    ...toolCallsOf(request, message).flatMap(({ id, type, function: { name, arguments: json } }, index) => [
      delta({ tool_calls: [{ index, id, type, function: { name, arguments: "" } }] }),
      ...halves(json).map((part) => delta({ tool_calls: [{ index, function: { arguments: part } }] })),
    ]),
    delta({}, finishReason ?? finishReasonOf(message)),
    ...(includeUsage ? [chunk([], { usage: chatUsage(usage) })] : []),
    "[DONE]",
  ];
}

/** A finished `response` object of the Responses API. */
export function responseObject(request, { message, usage }) {
  const { model, instructions, tools, tool_choice, previous_response_id, text } = request.body;
  const output = toolCallsOf(request, message).map(({ id, function: { name, arguments: json } }, index) => ({
    id: `fc_${request.number}_${index}`,
    type: "function_call",
    status: "completed",
    call_id: id,
    name,
    arguments: json,
  }));
  if (message.content !== undefined && message.content !== null) {
    const content = [{ type: "output_text", text: message.content, annotations: [], logprobs: [] }];
    output.unshift({ id: `msg_${request.number}`, type: "message", status: "completed", role: "assistant", content });
  }
  return {
    id: `resp_${request.number}`,
    object: "response",
    created_at: createdSeconds,
    status: "completed",
    error: null,
    incomplete_details: null,
    instructions: instructions ?? null,
    model,
    output,
    parallel_tool_calls: true,
    previous_response_id: previous_response_id ?? null,
    text: text ?? { format: { type: "text" } },
    tool_choice: tool_choice ?? "auto",
    tools: tools ?? [],
    usage: responseUsage(usage),
  };
}

/** The same as Responses API stream events, numbered. */
export function responseEvents(request, scripted) {
  const response = responseObject(request, scripted);
  const started = { ...response, status: "in_progress", output: [], usage: null };
  const events = [
    { type: "response.created", response: started },
    { type: "response.in_progress", response: started },
    ...response.output.flatMap((item, index) =>
      item.type === "message" ? textEvents(item, index) : callEvents(item, index),
    ),
    { type: "response.completed", response },
  ];
  return events.map((event, index) => ({ ...event, sequence_number: index }));
}

function textEvents(item, output_index) {
  const at = { item_id: item.id, output_index, content_index: 0 };
  const [part] = item.content;
  return [
    { type: "response.output_item.added", output_index, item: { ...item, status: "in_progress", content: [] } },
    { type: "response.content_part.added", ...at, part: { ...part, text: "" } },
    ...pieces(part.text).map((delta) => ({ type: "response.output_text.delta", ...at, delta, logprobs: [] })),
    { type: "response.output_text.done", ...at, text: part.text, logprobs: [] },
    { type: "response.content_part.done", ...at, part },
    { type: "response.output_item.done", output_index, item },
  ];
}

function callEvents(item, output_index) {
  const at = { item_id: item.id, output_index };
  return [
    { type: "response.output_item.added", output_index, item: { ...item, status: "in_progress", arguments: "" } },
    ...halves(item.arguments).map((delta) => ({ type: "response.function_call_arguments.delta", ...at, delta })),
    { type: "response.function_call_arguments.done", ...at, name: item.name, arguments: item.arguments },
    { type: "response.output_item.done", output_index, item },
  ];
}

function toolCallsOf(request, message) {
  return (message.tool_calls ?? []).map((call, index) => ({
    id: call.id ?? `call_${request.number}_${index}`,
    type: "function",
    function: {
      name: call.name,
      arguments: typeof call.arguments === "string" ? call.arguments : JSON.stringify(call.arguments),
    },
  }));
}

const finishReasonOf = (message) => (message.tool_calls?.length ? "tool_calls" : "stop");
const pieces = (text) => text.match(/\S+\s*|\s+/g) ?? [];
const halves = (text) =>
  [text.slice(0, Math.ceil(text.length / 2)), text.slice(Math.ceil(text.length / 2))].filter((half) => half !== "");

function chatUsage({
  prompt_tokens = 10,
  completion_tokens = 5,
  prompt_tokens_details,
  completion_tokens_details,
} = {}) {
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
    prompt_tokens_details: { cached_tokens: 0, ...prompt_tokens_details },
    completion_tokens_details: { reasoning_tokens: 0, ...completion_tokens_details },
  };
}

function responseUsage(usage) {
  const chat = chatUsage(usage);
  return {
    input_tokens: chat.prompt_tokens,
    input_tokens_details: chat.prompt_tokens_details,
    output_tokens: chat.completion_tokens,
    output_tokens_details: chat.completion_tokens_details,
    total_tokens: chat.total_tokens,
  };
}
