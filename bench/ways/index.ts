/** Loaded lazily, so that a process pays only for the way that it measures. */
export const ways = {
  raw: () => import("./raw.ts"),
  "openapi-fetch": () => import("./openapi-fetch.ts"),
  client: () => import("./client.ts"),
  ky: () => import("./ky.ts"),
  octokit: () => import("./octokit.ts"),
  axios: () => import("./axios.ts"),
};
export type WayName = keyof typeof ways;
