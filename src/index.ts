/** What a program that imports `turnwise` gets: the client of a running server, its errors, and the shapes of what it sends and gets. */
export * from "@turnwise/client";
