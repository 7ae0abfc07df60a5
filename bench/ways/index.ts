/** Loaded when asked for, because a process must pay only for the way that it measures. */
export const ways = {
  raw: () => import("./raw.ts"),
  "openapi-fetch": () => import("./openapi-fetch.ts"),
  client: () => import("./client.ts"),
};
export type WayName = keyof typeof ways;
