import { fieldsOf } from "../../json.ts";

/** LangGraph throws also what is no error: an interrupt that waits for a human, a command to the parent graph. */
export const isControlFlow = (error: unknown): boolean => fieldsOf(error)["is_bubble_up"] === true;

export const isInterrupt = (error: unknown): boolean => isControlFlow(error) && "interrupts" in fieldsOf(error);
