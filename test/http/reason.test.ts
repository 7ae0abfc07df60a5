import { expect, test } from "vitest";
import { readXmlEnvelope } from "../../src/http/xml.ts";
import type { ImpactError } from "../../src/index.ts";
import { errorFrom, responding } from "../support/client.ts";

/** The error of a call that is refused with this body. */
const refusal = (status: number, body: string): Promise<ImpactError> =>
  errorFrom(responding(body, { status }));

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
  "reads an envelope full of %j in linear time",
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
  "classifies a 403 full of %j in linear time",
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
  "finds the reason in a page full of %j in linear time",
  async (unit) => {
    const bodies = [fill(unit), `<${fill(unit)}`, `<title>${fill(unit)}</title>`, `${fill(" ")}<`];

    for (const body of bodies) {
      const { reason = "" } = await refusal(400, body);
      expect(reason.length).toBeLessThanOrEqual(500);
    }
  },
  TIMEOUT,
);

test("keeps at most 500 characters of a text as the reason", async () => {
  const page = `<title>${"x".repeat(10_000)}</title>`;

  expect((await refusal(400, "x".repeat(MIB))).reason).toBe("x".repeat(500));
  expect((await refusal(400, page)).reason).toBe("x".repeat(500));
});

test.each(["title", "TITLE", "Title", "h1", "H1"])(
  "reads the reason from the <%s> of a page",
  async (name) => {
    expect((await refusal(400, `<html><${name}>No.</${name}></html>`)).reason).toBe("No.");
  },
);

test.each([
  ["This exceeds the number of vanity links", "vanity_limit_reached"],
  ["5000 vanity links", "vanity_limit_reached"],
  ["5,000 vanity links", "vanity_limit_reached"],
  ["5 000 vanity links", "vanity_limit_reached"],
  ["You may not exceed your vanity links", "vanity_limit_reached"],
  ["The limit of a vanity path is one character", "forbidden"],
  ["The program does not exist for this permission", "forbidden"],
  ["The program does not exist", "unknown_reference"],
])("classifies a 403 by its words: %s", async (reason, code) => {
  expect((await refusal(403, reason)).code).toBe(code);
});

test("keeps a text that only looks like markup as the reason", async () => {
  expect((await refusal(400, "Sorry<b>")).reason).toBe("Sorry<b>");
});
