/** What a program that imports `turnwise` gets: the client of a running server, and the shapes of its answers. */
export * from "./api-client.ts";
