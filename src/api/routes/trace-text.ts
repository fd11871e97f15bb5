/** A transcript as text, which is taken apart into messages before it is judged. */
import { z } from "zod";
import { transcriptFormats } from "../../model/transcript.ts";
import { ApiError } from "../api-error.ts";
import { awaitTranscript } from "../await-transcript.ts";
import { replayHeaders } from "../idempotency.ts";
import { toIntakeSession } from "../new-intake-session.ts";
import { defineRoute } from "../route.ts";
import { submissionSchema } from "../submission.ts";
import { submitResultSchema } from "../valuehead-contract.ts";

/** Some seventy hours of speech: more would keep the judge thread busy for too long at a time. */
const mostCharacters = 2_000_000;

export const textSchema = z
  .strictObject({
    text: z.string().refine((text) => text.trim() !== "", "must not be empty"),
    /** What it is about, or who takes part. */
    context: z.string().max(20_000, "must not be longer than 20000 characters").optional(),
    first_speaker_role: z.enum(["user", "assistant"]).optional(),
    /** How it is to be read; found out when it is not given. */
    format: z.enum(transcriptFormats).optional(),
    metadata: submissionSchema.shape.metadata,
    instructions: submissionSchema.shape.instructions,
    evaluate_safety: submissionSchema.shape.evaluate_safety,
  })
  .meta({ id: "TextSubmission" });

export const submitText = defineRoute({
  method: "post",
  path: "/api/v1/traces/text",
  access: "ingest",
  headers: ["idempotency-key"],
  body: textSchema,
  takesMessages: true,
  operation: {
    id: "submitText",
    summary: "Takes a transcript, which is taken apart into messages and judged then.",
    reply: { status: 201, schema: submitResultSchema },
    errors: [413, 422, 429],
  },
  async answer(call, context) {
    if (call.body.text.length > mostCharacters) {
      const detail = `a transcript may have ${mostCharacters} characters, this one has ${call.body.text.length}`;
      throw new ApiError(413, "trace_too_large", detail);
    }
    const { text, context: about, first_speaker_role: firstSpeakerRole, format, ...rest } = call.body;
    const hints = {
      ...(about && { context: about }),
      ...(firstSpeakerRole && { firstSpeakerRole }),
      ...(format && { format }),
    };
    const session = toIntakeSession(
      { ...rest, source: "text", text, hints },
      (redacted) => ({ kind: "text", ...redacted }),
      call,
      context,
    );
    return {
      // Created only with a place to wait in: who is refused one is to send it again.
      wait: async (ended) => {
        const created = await context.store.createMessageSession(session);
        const body = await awaitTranscript(context.store, created, ended);
        return { status: 201, body, headers: replayHeaders(created.isReplay) };
      },
    };
  },
});
