import { inspect } from "node:util";
import { expect, test } from "vitest";
import { createImpactClient } from "../../src/index.ts";
import { account, basic, refused } from "../support/client.ts";
import { refusal, sentWith, shown, useEmptyEnvironment } from "../support/options.ts";

useEmptyEnvironment();

const SID = "IR-s3cret-sid";

const TOKEN = "s3cret-t0ken-0123456789";

test.each<[field: "accountSid" | "authToken", value: unknown, message: string]>([
  ["accountSid", "", "to be a string, got an empty one"],
  ["accountSid", 12345, "to be a string, got a value of type number"],
  ["accountSid", { sid: SID }, "to be a string, got a value of type object"],
  [
    "accountSid",
    `${SID}\n`,
    "to be free of control characters, got one with a line break or the like",
  ],
  [
    "accountSid",
    `${SID}\u0000`,
    "to be free of control characters, got one with a line break or the like",
  ],
  ["accountSid", ` ${SID}`, "to be free of outer spaces, got one with a space at an end"],
  ["accountSid", `${SID}:`, "to be free of colons, got one with a colon"],
  ["accountSid", `${SID}:${TOKEN}`, "to be free of colons, got one with a colon"],
  ["accountSid", ".", "to be an account SID, got a path of dots"],
  ["accountSid", "..", "to be an account SID, got a path of dots"],
  ["accountSid", `${SID}\ud83d`, "to be valid Unicode, got one with half a surrogate pair"],
  ["authToken", "", "to be a string, got an empty one"],
  ["authToken", 12345, "to be a string, got a value of type number"],
  ["authToken", [TOKEN], "to be a string, got a value of type object"],
  ["authToken", () => TOKEN, "to be a string, got a value of type function"],
  [
    "authToken",
    `${TOKEN}\n`,
    "to be free of control characters, got one with a line break or the like",
  ],
  [
    "authToken",
    `${TOKEN}\r\nX-Evil: 1`,
    "to be free of control characters, got one with a line break or the like",
  ],
  [
    "authToken",
    `${TOKEN}\u0085`,
    "to be free of control characters, got one with a line break or the like",
  ],
  ["authToken", `${TOKEN} `, "to be free of outer spaces, got one with a space at an end"],
  ["authToken", `\u00a0${TOKEN}`, "to be free of outer spaces, got one with a space at an end"],
  ["authToken", `\ufeff${TOKEN}`, "to be free of outer spaces, got one with a space at an end"],
  ["authToken", " ", "to be free of outer spaces, got one with a space at an end"],
  ["authToken", `${TOKEN}\ude00`, "to be valid Unicode, got one with half a surrogate pair"],
])("refuses %s %j and shows neither credential", (field, value, rest) => {
  const error = refusal({ accountSid: SID, authToken: TOKEN, [field]: value });

  expect(error.toJSON()).toEqual(refused("configuration", field, `Expected \`${field}\` ${rest}`));
  expect(shown(error)).not.toContain(SID);
  expect(shown(error)).not.toContain(TOKEN);
});

test.each<[accountSid: string, authToken: string]>([
  ["IRabc123", "with:colons::"],
  ["IRäöü", "ünïcode-€-😀"],
  ["IR 1", "with inner space"],
  ["IR/1?#%", "~!@#$%^&*()=+"],
  ["I", "t"],
])("sends the credentials %j and %j as UTF-8 in base64", async (accountSid, authToken) => {
  const { headers } = await sentWith({ accountSid, authToken });

  expect(headers["authorization"]).toBe(basic({ accountSid, authToken }));
});

test("a client shows no credentials when it is printed", () => {
  const impact = createImpactClient(account);
  const printed = [
    JSON.stringify(impact),
    inspect(impact, { depth: Infinity, showHidden: true, getters: true }),
  ].join("\n");

  expect(printed).not.toContain(account.authToken);
  expect(printed).not.toContain(Buffer.from(account.authToken).toString("base64"));
  expect(printed).not.toContain(basic());
});
