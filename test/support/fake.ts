import {
  createImpactClient,
  type CreateTrackingLinkParams,
  type ImpactClient,
  type ImpactError,
  isImpactError,
} from "../../src/index.ts";
import type { FakeImpact } from "../../src/testing/index.ts";
import { account } from "./client.ts";

export const TOKEN = account.authToken;

export const NOON = Date.UTC(2026, 0, 1, 12);

export const BASE = "https://api.impact.com";

export const LINKS = "/Mediapartners/IR1/Programs/1000/TrackingLinks";

export const REGULAR = "https://example.sjv.io/c/1072744/2507423/1000";

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

export interface Answered {
  status: number;
  body: unknown;
  headers: Record<string, string>;
}

/** One request as any HTTP client would send it. */
export async function post(
  fake: FakeImpact,
  path = LINKS,
  init: RequestInit = {},
): Promise<Answered> {
  const headers = { Authorization: basic("IR1", TOKEN), Accept: "application/json" };
  const response = await fake.fetch(BASE + path, { method: "POST", headers, ...init });
  const { status } = response;
  return { status, body: await response.json(), headers: Object.fromEntries(response.headers) };
}

export async function answer(
  fake: FakeImpact,
  path?: string,
  init?: RequestInit,
): Promise<unknown[]> {
  const { status, body } = await post(fake, path, init);
  return [status, body];
}

export function clientOf(fake: FakeImpact): ImpactClient {
  const { fetch } = fake;
  return createImpactClient({
    accountSid: "IR1",
    authToken: TOKEN,
    baseUrl: BASE,
    fetch,
    maxRetries: 0,
  });
}

export async function failureOf(
  fake: FakeImpact,
  params: Partial<CreateTrackingLinkParams> = {},
): Promise<ImpactError> {
  const thrown: unknown = await clientOf(fake)
    .trackingLinks.create({ programId: "1000", ...params })
    .catch((error: unknown) => error);
  if (!isImpactError(thrown)) throw new Error("no ImpactError", { cause: thrown });
  return thrown;
}

export function made(url: string): unknown[] {
  return [200, { TrackingURL: url }];
}

export function refused(status: number, Message: string, Field?: string): unknown[] {
  return [
    status,
    { Status: "ERROR", Message, ...(Field !== undefined && { Errors: [{ Field, Message }] }) },
  ];
}

export function forbidden(message: string): unknown[] {
  return [403, { timestamp: NOON, status: "FORBIDDEN", error: "Forbidden", message }];
}
