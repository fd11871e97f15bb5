export const tracePath = (id: string): string => `/traces/${encodeURIComponent(id)}`;
