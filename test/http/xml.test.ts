import { expect, test } from "vitest";
import { readXmlEnvelope } from "../../src/http/xml.ts";

const envelope = (inside: string): unknown =>
  readXmlEnvelope(`<ImpactRadiusResponse>${inside}</ImpactRadiusResponse>`);

test("readXmlEnvelope reads status, message and errors in any order", () => {
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

test("readXmlEnvelope does not take the message of a field for that of the envelope", () => {
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
])("readXmlEnvelope reads the text %j", (inside, text) => {
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
])("readXmlEnvelope leaves out empty elements: %s", (inside, expected) => {
  expect(envelope(inside)).toEqual(expected);
});

test.each([
  ["<Status>ERROR</Status><Message>No", { Status: "ERROR" }],
  ["<Errors><Error><Field>AdId</Field><Message>No.</Message></Error>", { Message: "No." }],
  ["<Errors><Error><Field>AdId</Field></Errors>", { Errors: [] }],
  ["<Message", undefined],
  ["<TrackingURL>https://example.sjv.io/x</TrackingURL>", undefined],
])("readXmlEnvelope reads the elements that are complete: %s", (inside, expected) => {
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
])("readXmlEnvelope returns undefined for %j", (text) => {
  expect(readXmlEnvelope(text)).toBe(undefined);
});

test("readXmlEnvelope keeps a CDATA section that does not fill its element", () => {
  const xml = "<ImpactRadiusResponse><Message><![CDATA[a]]>b</Message></ImpactRadiusResponse>";
  expect(readXmlEnvelope(xml)).toEqual({ Message: "<![CDATA[a]]>b" });
});
