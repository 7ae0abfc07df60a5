import { expect, test, vi } from "vitest";
import { spec } from "../../src/index.ts";
import { version } from "../../src/version.ts";
import { account, basic, refused } from "../support/client.ts";
import { refusal, sentWith, shown, useEmptyEnvironment } from "../support/options.ts";

useEmptyEnvironment();

const GUARD =
  "Expected to run outside of a browser page, where every visitor could read the auth token " +
  "(`dangerouslyAllowBrowser: true` allows it), got a browser page";

test.each([undefined, false])(
  "refuses to run in a browser page (dangerouslyAllowBrowser: %j)",
  (allowed) => {
    vi.stubGlobal("window", { document: {} });
    const error = refusal({ ...account, dangerouslyAllowBrowser: allowed });

    expect(error.toJSON()).toEqual(refused("configuration", "dangerouslyAllowBrowser", GUARD));
    expect(shown(error)).not.toContain(account.accountSid);
    expect(shown(error)).not.toContain(account.authToken);
  },
);

test("runs in a browser page if that is allowed, and sends no user agent", async () => {
  vi.stubGlobal("window", { document: {} });

  const { headers } = await sentWith({ ...account, dangerouslyAllowBrowser: true });

  expect(headers).toEqual({
    accept: "application/json",
    authorization: basic(),
    "ir-version": spec.version,
  });
});

test("does not take a window without a document for a browser page", async () => {
  vi.stubGlobal("window", {});

  const { headers } = await sentWith(account);

  expect(headers["user-agent"]).toBe(
    `impact-partner-client/${version} (IR-Version ${spec.version})`,
  );
});
