import { expect, test } from "vitest";
import { LINK_BODY } from "../support/client.ts";
import { failureOf } from "../support/responses.ts";
import { serve } from "../support/server.ts";

test.each([301, 302, 303, 307, 308])("never follows a %i", async (status) => {
  const target = await serve({ body: LINK_BODY });
  const location = `${target.baseUrl}/elsewhere?token=1`;

  const { summary } = await failureOf({ status, headers: { Location: location }, body: "Moved" });

  expect(summary).toEqual({
    code: "unexpected_response",
    outcome: status >= 307 ? "rejected" : "unknown",
    status,
    reason: "Moved",
    message: expect.stringContaining(
      ` a redirect to ${target.baseUrl}; redirects are never followed`,
    ),
  });
  expect(target.requests).toEqual([]);
});

test.each<[string, Record<string, string>, string]>([
  ["a path", { Location: "/login?token=1" }, "{baseUrl}"],
  ["another host, its scheme left out", { Location: "//login.example/x" }, "http://login.example"],
  ["nothing", {}, "an unknown address"],
  ["garbage", { Location: "http://[" }, "an unknown address"],
])("names the target of a redirect in the message: %s", async (_, headers, target) => {
  const { summary } = await failureOf({ status: 302, headers });

  expect(summary).toEqual({
    code: "unexpected_response",
    outcome: "unknown",
    status: 302,
    message: expect.stringContaining(` a redirect to ${target}; redirects are never followed`),
  });
});

test("names the scheme of a redirect that leads to no server", async () => {
  const { summary } = await failureOf({ status: 302, headers: { Location: "mailto:a@b.example" } });
  expect(summary).toMatchObject({
    message: "answered 302, a redirect to mailto:…; redirects are never followed",
  });
});
