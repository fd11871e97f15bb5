/** The first import of the entry point of an application for which we are preloaded. */
import { entryReached } from "./before-entry.ts";

entryReached();
