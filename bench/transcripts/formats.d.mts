export interface TranscriptForm {
  readonly write: (dialogue: readonly { readonly role: string; readonly text: string }[]) => string;
  readonly hints?: "first";
  readonly context?: string;
  readonly isFlat?: true;
  readonly isGuess?: true;
  readonly noTags?: true;
  readonly noBars?: true;
}
export const formats: Readonly<Record<string, TranscriptForm>>;
