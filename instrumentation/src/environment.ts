/** A process's environment variables. Node's own type for it would make every application need Node's types. */
export type Environment = Readonly<Record<string, string | undefined>>;
