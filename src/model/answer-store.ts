/** Answers of paid models, kept until what was made of them is saved, so that a server that dies in between asks for none twice. */
export interface ModelAnswer {
  /** The answer's JSON text, as it was accepted by its schema. */
  readonly json: string;
  /** The model that answered. */
  readonly model: string;
}

/** What asked, and about which session, or which item of which run. */
export interface AnswerOwner {
  readonly judge: string;
  readonly ref: { readonly project: string; readonly id: string };
  /** Of a run: its number. */
  readonly item?: number;
}

export interface AnswerStore {
  /** Undefined as well when the judgement that it was for is saved, and after a day. */
  readAnswer(owner: AnswerOwner, key: string): Promise<ModelAnswer | undefined>;
  /** Resolves when it is on disk. Of a session that is gone nothing is kept. */
  saveAnswer(owner: AnswerOwner, key: string, answer: ModelAnswer): Promise<void>;
}
