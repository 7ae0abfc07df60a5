import { expect } from "vitest";
import {
  createImpactClient,
  type ImpactError,
  isImpactError,
  type TrackingLink,
} from "../../src/index.ts";
import { account } from "./client.ts";
import { serve } from "./server.ts";

export type Answer = Parameters<typeof serve>[0];

/** What an error says, without the request that its message begins with. */
export type Summary = Partial<
  Pick<ImpactError, "code" | "outcome" | "status" | "reason" | "fields" | "retryAfter">
> & { message: string };

export interface Refusal {
  name: string;
  answer: Answer;
  summary: Summary;
}

const CREATE = "/Mediapartners/IRabc123/Programs/1000/TrackingLinks";

export async function ask(
  answer: Answer,
): Promise<{ baseUrl: string; result: TrackingLink | Error }> {
  const { baseUrl, requests } = await serve(answer);
  const impact = createImpactClient({ ...account, baseUrl, maxRetries: 0 });
  const result = await impact.trackingLinks
    .create({ programId: "1000" })
    .catch((thrown: unknown) => thrown as Error);
  expect(requests).toHaveLength(1);
  return { baseUrl, result };
}

export async function failureOf(answer: Answer): Promise<{ error: ImpactError; summary: Summary }> {
  const { baseUrl, result } = await ask(answer);
  if (!isImpactError(result)) throw new Error("no ImpactError", { cause: result });
  const request = `POST ${baseUrl}${CREATE} `;
  expect(result.message.slice(0, request.length)).toBe(request);
  expect(result).toMatchObject({ attempts: 1, method: "POST", url: `${baseUrl}${CREATE}` });
  const { code, outcome, status, reason, fields, retryAfter } = result;
  const message = result.message.slice(request.length).replaceAll(baseUrl, "{baseUrl}");
  return {
    error: result,
    summary: { code, outcome, status, reason, fields, retryAfter, message } as Summary,
  };
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return { status, headers, body: JSON.stringify(body) };
}

export function rejected(code: ImpactError["code"], status: number, reason?: string): Summary {
  return {
    code,
    outcome: "rejected",
    status,
    ...(reason !== undefined && { reason }),
    message: `answered ${status}${reason === undefined ? " and gave no reason" : `: ${reason}`}`,
  };
}

export function unexpected(status: number, what: string, reason?: string): Summary {
  return {
    code: "unexpected_response",
    outcome: "unknown",
    status,
    ...(reason !== undefined && { reason }),
    message: `answered ${status} with ${what}`,
  };
}

export const NO_JSON = "a body that is not JSON";

export const NO_LINK = "a TrackingURL that is not a link";
