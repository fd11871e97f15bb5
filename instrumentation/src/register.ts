import { instrument } from "./instrument.ts";

// The application's main module waits for this, so its first call is recorded already.
await instrument();
