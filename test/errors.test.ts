import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import type * as Errors from "../src/errors.ts";
import { createImpactClient, ImpactError, isImpactError } from "../src/index.ts";
import { readXmlEnvelope } from "../src/http/xml.ts";

const FULL = {
  code: "rate_limited",
  outcome: "rejected",
  status: 429,
  reason: "Rate limit exceeded.",
  fields: [{ field: "AdId", message: "Wrong." }],
  body: { Status: "ERROR", Extra: [1, { deep: null }] },
  attempts: 3,
  retryAfter: 700_000,
  method: "POST",
  url: "https://api.impact.com/Mediapartners/IR1/Programs/1/TrackingLinks",
} as const;

function full(): ImpactError {
  const headers = new Headers({ "Retry-After": "700", "X-Request-Id": "r1" });
  const cause = new TypeError("fetch failed");
  return new ImpactError("POST … answered 429: Rate limit exceeded.", { ...FULL, headers, cause });
}

/** A second copy of the module, as two versions of the package in one program are. */
async function otherCopy(): Promise<typeof Errors> {
  const address = "../src/errors.ts?copy";
  const copy: typeof Errors = await import(address);
  return copy;
}

async function failure(): Promise<ImpactError> {
  const fetch = (): Promise<Response> => Promise.reject(new TypeError("fetch failed"));
  const impact = createImpactClient({
    accountSid: "IR1",
    authToken: "secret-token",
    baseUrl: "https://api.example",
    fetch,
    maxRetries: 0,
  });
  const thrown: unknown = await impact.trackingLinks
    .create({ programId: "1" })
    .catch((error: unknown) => error);
  if (!isImpactError(thrown)) throw new Error("no ImpactError", { cause: thrown });
  return thrown;
}

describe("ImpactError", () => {
  test("is an Error with a literal name that is no field", () => {
    const error = full();

    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe("ImpactError");
    expect(String(error)).toBe("ImpactError: POST … answered 429: Rate limit exceeded.");
    expect(error.stack?.split("\n", 1)).toEqual([
      "ImpactError: POST … answered 429: Rate limit exceeded.",
    ]);
    expect(Object.hasOwn(error, "name")).toBe(false);
  });

  test("keeps what it is given", () => {
    const error = full();

    expect({ ...error }).toEqual({
      ...FULL,
      headers: new Headers({ "Retry-After": "700", "X-Request-Id": "r1" }),
    });
    expect(error.cause).toEqual(new TypeError("fetch failed"));
  });

  test("has no key for what is not known", () => {
    const details = { code: "timeout", outcome: "unknown" } as const;
    const bare = new ImpactError("late", details);
    const given = new ImpactError("late", {
      ...details,
      status: undefined,
      reason: undefined,
      fields: undefined,
      body: undefined,
      headers: undefined,
      attempts: undefined,
      retryAfter: undefined,
      method: undefined,
      url: undefined,
      cause: undefined,
    });

    for (const error of [bare, given]) {
      expect(new Set(Reflect.ownKeys(error))).toEqual(
        new Set(["attempts", "code", "message", "outcome", "stack"]),
      );
      expect("status" in error).toBe(false);
      expect("cause" in error).toBe(false);
      expect(error.attempts).toBe(0);
    }
  });

  test("keeps what is known although it is empty", () => {
    const error = new ImpactError("x", {
      code: "unexpected_response",
      outcome: "unknown",
      body: null,
      reason: "",
      retryAfter: 0,
    });

    expect({ ...error }).toEqual({
      code: "unexpected_response",
      outcome: "unknown",
      body: null,
      reason: "",
      retryAfter: 0,
      attempts: 0,
    });
  });

  test("gives every field as JSON", () => {
    expect(JSON.parse(JSON.stringify(full()))).toEqual({
      name: "ImpactError",
      message: "POST … answered 429: Rate limit exceeded.",
      ...FULL,
      headers: { "retry-after": "700", "x-request-id": "r1" },
      cause: "TypeError: fetch failed",
    });
    const late = new ImpactError("late", { code: "timeout", outcome: "unknown" });
    expect(JSON.stringify(late)).toBe(
      '{"name":"ImpactError","message":"late","code":"timeout","outcome":"unknown","attempts":0}',
    );
  });

  test("survives structuredClone as an Error, and whole as its JSON", () => {
    const error = full();
    const clone: unknown = structuredClone(error);

    expect(clone).toBeInstanceOf(Error);
    expect(clone).toMatchObject({
      name: "Error",
      message: error.message,
      stack: error.stack,
      cause: new TypeError("fetch failed"),
    });
    expect(Object.keys(clone as Error)).toEqual([]);
    expect(isImpactError(clone)).toBe(false);
    expect(structuredClone(error.toJSON())).toEqual(error.toJSON());
  });

  test("shows what is known when it is printed", () => {
    const lines = inspect(full(), { depth: 4 })
      .split("\n")
      .filter((line) => !/^\s+at /.test(line));

    expect(lines[0]).toBe("ImpactError: POST … answered 429: Rate limit exceeded.");
    for (const line of [
      "  code: 'rate_limited',",
      "  outcome: 'rejected',",
      "  status: 429,",
      "  reason: 'Rate limit exceeded.',",
      "  fields: [ { field: 'AdId', message: 'Wrong.' } ],",
      "  attempts: 3,",
      "  retryAfter: 700000,",
      "  method: 'POST',",
      "  url: 'https://api.impact.com/Mediapartners/IR1/Programs/1/TrackingLinks',",
    ]) {
      expect(lines.map((each) => each.replace(/,?$/, ","))).toContain(line);
    }
    expect(lines).toContain("  [cause]: TypeError: fetch failed");
  });

  test("shows no more than is known when it is printed", async () => {
    const error = await failure();
    const keys = inspect(error)
      .split("\n")
      .flatMap((line) => /^ {2}(\[?\w+\]?): /.exec(line)?.[1] ?? []);

    expect(new Set(keys)).toEqual(
      new Set(["code", "outcome", "attempts", "method", "url", "[cause]"]),
    );
  });
});

describe("isImpactError", () => {
  test("knows the errors of another copy of the package, as instanceof does", async () => {
    const copy = await otherCopy();
    const foreign: unknown = new copy.ImpactError("x", { code: "timeout", outcome: "unknown" });

    expect(copy.ImpactError).not.toBe(ImpactError);
    expect(isImpactError(foreign)).toBe(true);
    expect(foreign instanceof ImpactError).toBe(true);
    expect(copy.isImpactError(full())).toBe(true);
    expect(full() instanceof copy.ImpactError).toBe(true);
  });

  test("leaves a class that extends ImpactError its own instances", () => {
    class Own extends ImpactError {}
    const own: unknown = new Own("x", { code: "timeout", outcome: "unknown" });

    expect([own instanceof Own, own instanceof ImpactError]).toEqual([true, true]);
    expect((full() as unknown) instanceof Own).toBe(false);
  });

  test("knows the errors of a client", async () => {
    expect(isImpactError(await failure())).toBe(true);
  });

  test.each([
    ["an Error", new Error("x")],
    ["an Error with the same name", Object.assign(new Error("x"), { name: "ImpactError" })],
    ["its JSON", full().toJSON()],
    ["null", null],
    ["undefined", undefined],
    ["a string", "ImpactError"],
    ["a function", ImpactError],
  ])("refuses what is none: %s", (_, value) => {
    expect(isImpactError(value)).toBe(false);
    expect(value instanceof ImpactError).toBe(false);
  });
});

describe("readXmlEnvelope", () => {
  const envelope = (inside: string): unknown =>
    readXmlEnvelope(`<ImpactRadiusResponse>${inside}</ImpactRadiusResponse>`);

  test("reads status, message and errors wherever they stand", () => {
    const xml = `<?xml version="1.0"?>
      <!-- made by a server -->
      <ImpactRadiusResponse
        xmlns="urn:impact">
        <Errors>
          <Error><Message>Wrong.</Message><Field>AdId</Field></Error>
          <Error code="2">
            <Field>DeepLink</Field>
            <Message>Not allowed.</Message>
          </Error>
        </Errors>
        <Message>Validation failed.</Message>
        <Status>ERROR</Status>
      </ImpactRadiusResponse>`;

    expect(readXmlEnvelope(xml)).toEqual({
      Status: "ERROR",
      Message: "Validation failed.",
      Errors: [
        { Field: "AdId", Message: "Wrong." },
        { Field: "DeepLink", Message: "Not allowed." },
      ],
    });
  });

  test("takes no message of a field for the message of all", () => {
    expect(
      envelope("<Errors><Error><Field>AdId</Field><Message>Wrong.</Message></Error></Errors>"),
    ).toEqual({ Errors: [{ Field: "AdId", Message: "Wrong." }] });
  });

  test.each([
    ["&lt;b&gt; &amp; &quot;c&quot; &apos;d&apos;", "<b> & \"c\" 'd'"],
    ["&#252;&#xFC;&#x1F6AB;", "üü🚫"],
    ["&amp;lt;", "&lt;"],
    ["&nbsp; & &; &#; &#x110000; &#9999999;", "&nbsp; & &; &#; &#x110000; &#9999999;"],
    ["<![CDATA[a < b && c &amp; d]]>", "a < b && c &amp; d"],
    ["\n  <![CDATA[ x ]]>\n", " x "],
    ["<![CDATA[]]>", ""],
    ["", ""],
  ])("reads the text %j", (inside, text) => {
    expect(envelope(`<Message>${inside}</Message>`)).toEqual({ Message: text });
  });

  test.each([
    ["<Status>ERROR</Status><Message/>", { Status: "ERROR" }],
    ["<status>FORBIDDEN</status><message>No.</message>", { status: "FORBIDDEN", message: "No." }],
    ["<Message /><Status>ERROR</Status>", { Status: "ERROR" }],
    ["<Message/><Message>No.</Message>", { Message: "No." }],
    ["<Errors/><Message>No.</Message>", { Message: "No." }],
    ["<Errors></Errors><Message>No.</Message>", { Message: "No.", Errors: [] }],
    [
      "<Errors><Error/><Error><Field/><Message>No.</Message></Error></Errors>",
      { Errors: [{ Message: "No." }] },
    ],
  ])("reads empty elements as nothing: %s", (inside, expected) => {
    expect(envelope(inside)).toEqual(expected);
  });

  test.each([
    ["<Status>ERROR</Status><Message>No", { Status: "ERROR" }],
    ["<Errors><Error><Field>AdId</Field><Message>No.</Message></Error>", { Message: "No." }],
    ["<Errors><Error><Field>AdId</Field></Errors>", { Errors: [] }],
    ["<Message", undefined],
    ["<TrackingURL>https://example.sjv.io/x</TrackingURL>", undefined],
  ])("reads what it knows, and nothing where it knows nothing: %s", (inside, expected) => {
    expect(envelope(inside)).toEqual(expected);
  });

  test.each([
    "",
    "No.",
    "<html><title>502</title></html>",
    "<ImpactRadiusResponse>",
    "<ImpactRadiusResponse",
    "<ImpactRadiusResponse/>",
    "<ImpactRadiusResponses></ImpactRadiusResponses>",
    "</ImpactRadiusResponse><ImpactRadiusResponse>",
    '{"Message":"<Message>"}',
  ])("reads nothing from what is no such envelope: %j", (text) => {
    expect(readXmlEnvelope(text)).toBe(undefined);
  });
});

/** The error of a call that is refused with this body. */
async function refusal(status: number, body: string): Promise<ImpactError> {
  const fetch = (): Promise<Response> => Promise.resolve(new Response(body, { status }));
  const impact = createImpactClient({ accountSid: "IR1", authToken: "t", maxRetries: 0, fetch });
  const error: unknown = await impact.trackingLinks
    .create({ programId: "1" })
    .catch((thrown: unknown) => thrown);
  if (!isImpactError(error)) throw new Error("no ImpactError", { cause: error });
  return error;
}

const MIB = 1_048_576;

/** Sixteen times as much as is ever read: what is not linear in it takes minutes, and the test times out. */
function fill(unit: string): string {
  return unit.repeat(Math.ceil(MIB / unit.length)).slice(0, MIB);
}

const TIMEOUT = 10_000;

test.each([
  ["<Error "],
  ["<Error>"],
  ["<Errors><Error>"],
  ["<Message>"],
  ["<Message "],
  ["<Messag"],
  ["<"],
  ["</Message>"],
  ["<![CDATA["],
  ["]]>"],
  ["&#"],
  ["&"],
  [" "],
  ["<Error><Field>"],
])(
  "reads an envelope full of %j without running away",
  async (unit) => {
    const open = `<ImpactRadiusResponse>`;
    const close = `</ImpactRadiusResponse>`;
    const inside = fill(unit);
    const bodies = [
      inside,
      open + inside,
      open + inside + close,
      `${open}<Errors>${inside}</Errors>${close}`,
      `${open}<Message>${inside}</Message>${close}`,
      fill(open),
    ];

    for (const body of bodies) {
      readXmlEnvelope(body);
      const { reason = "" } = await refusal(400, body);
      expect(reason.length).toBeLessThanOrEqual(500);
    }
  },
  TIMEOUT,
);

test.each([
  ["program "],
  ["program"],
  ["property does not "],
  ["ad does not exis "],
  ["vanity "],
  ["exceed"],
  ["limi "],
  ["5,"],
  [" "],
  ["\n"],
  ["does not exist "],
])(
  "tells the meaning of a 403 full of %j without running away",
  async (unit) => {
    const reason = fill(unit);

    expect((await refusal(403, reason)).outcome).toBe("rejected");
  },
  TIMEOUT,
);

test.each([
  ["<title>"],
  ["<title "],
  ["<TITLE"],
  ["<title></title"],
  ["\n<"],
  [" "],
  ["\u00a0\uFEFF"],
  ["x "],
])(
  "finds the words in a page full of %j without running away",
  async (unit) => {
    const bodies = [fill(unit), `<${fill(unit)}`, `<title>${fill(unit)}</title>`, `${fill(" ")}<`];

    for (const body of bodies) {
      const { reason = "" } = await refusal(400, body);
      expect(reason.length).toBeLessThanOrEqual(500);
    }
  },
  TIMEOUT,
);

test("takes no more than 500 characters of a text for its reason", async () => {
  const page = `<title>${"x".repeat(10_000)}</title>`;

  expect((await refusal(400, "x".repeat(MIB))).reason).toBe("x".repeat(500));
  expect((await refusal(400, page)).reason).toBe("x".repeat(500));
});

test("toJSON keeps a cause that is no error", () => {
  const error = new ImpactError("No.", { code: "timeout", outcome: "unknown", cause: { a: 1 } });
  expect(error.toJSON()).toEqual({
    name: "ImpactError",
    message: "No.",
    code: "timeout",
    outcome: "unknown",
    attempts: 0,
    cause: { a: 1 },
  });
});

test("toJSON has no cause where there is none", () => {
  const error = new ImpactError("No.", { code: "timeout", outcome: "unknown" });
  expect(Object.keys(error.toJSON())).toEqual(["name", "message", "code", "outcome", "attempts"]);
});

test.each(["title", "TITLE", "Title", "h1", "H1"])("reads the <%s> of a page", async (name) => {
  expect((await refusal(400, `<html><${name}>No.</${name}></html>`)).reason).toBe("No.");
});

test.each([
  ["This exceeds the number of vanity links", "vanity_limit_reached"],
  ["5000 vanity links", "vanity_limit_reached"],
  ["5,000 vanity links", "vanity_limit_reached"],
  ["5 000 vanity links", "vanity_limit_reached"],
  ["You may not exceed your vanity links", "vanity_limit_reached"],
  ["The limit of a vanity path is one character", "forbidden"],
  ["The program does not exist for this permission", "forbidden"],
  ["The program does not exist", "unknown_reference"],
])("tells a 403 by its words: %s", async (reason, code) => {
  expect((await refusal(403, reason)).code).toBe(code);
});

test("a text before a mark is no markup", async () => {
  expect((await refusal(400, "Sorry<b>")).reason).toBe("Sorry<b>");
});

test("reads a hundred errors of an envelope and no more", () => {
  const errors = "<Error><Field>a</Field></Error>".repeat(150);
  const envelope = readXmlEnvelope(
    `<ImpactRadiusResponse><Message>A </Message><Errors>${errors}</Errors></ImpactRadiusResponse>`,
  );
  expect(envelope?.["Errors"]).toHaveLength(100);
});

test("leaves a CDATA section that does not fill its element", () => {
  const xml = "<ImpactRadiusResponse><Message><![CDATA[a]]>b</Message></ImpactRadiusResponse>";
  expect(readXmlEnvelope(xml)).toEqual({ Message: "<![CDATA[a]]>b" });
});
