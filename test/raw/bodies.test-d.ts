import type { Client } from "openapi-fetch";
import { expectTypeOf, test } from "vitest";
import type { ImpactClient, RawClient, paths } from "../../src/index.ts";
import type { FormPaths } from "../support/forms.ts";

declare const raw: ImpactClient<FormPaths>["raw"];

declare function pathsOf<Paths extends {}>(client: Client<Paths>): Paths;

const form = new URLSearchParams();
const FORM = { "Content-Type": "application/x-www-form-urlencoded" } as const;
const fields = { CampaignId: 1 };

test("a form takes a URLSearchParams, or the document's fields with the Content-Type", async () => {
  const { data } = await raw.POST("/Form", { body: form });
  expectTypeOf(data).toEqualTypeOf<{ Status?: "QUEUED" } | undefined>();
  void raw.POST("/Form", { body: form, headers: { "X-Trace": "1" }, maxRetries: 0 });
  void raw.POST("/Form", { body: fields, headers: FORM });
  void raw.POST("/Form", { body: fields, headers: { ...FORM, "X-Trace": "1" } });
  void raw.request("post", "/Form", { body: form });
  void raw.request("post", "/Form", { body: fields, headers: FORM });
  const asText = await raw.POST("/Form", { body: form, parseAs: "text" });
  expectTypeOf(asText.data).toEqualTypeOf<string | undefined>();
});

test("a form takes no object without the Content-Type, which would be sent as JSON", () => {
  // @ts-expect-error neither a URLSearchParams nor the header
  void raw.POST("/Form", { body: fields });
  // @ts-expect-error another header
  void raw.POST("/Form", { body: fields, headers: { "X-Trace": "1" } });
  // @ts-expect-error another Content-Type
  void raw.POST("/Form", { body: fields, headers: { "Content-Type": "application/json" } });
  // @ts-expect-error it is CampaignId
  void raw.POST("/Form", { body: { CampaignID: 1 }, headers: FORM });
  // @ts-expect-error a text is no form
  void raw.POST("/Form", { body: "CampaignId=1" });
  // @ts-expect-error it takes no multipart/form-data
  void raw.POST("/Form", { body: new FormData() });
  // @ts-expect-error the body is required
  void raw.POST("/Form", {});
  // @ts-expect-error the body is required
  void raw.POST("/Form");
  // @ts-expect-error neither a URLSearchParams nor the header
  void raw.request("post", "/Form", { body: fields });
});

test("multipart/form-data takes a FormData alone", () => {
  void raw.POST("/File", { body: new FormData() });
  // Its body is optional.
  void raw.POST("/File", { parseAs: "text" });
  void raw.POST("/File");
  // @ts-expect-error no object
  void raw.POST("/File", { body: { File: "a" } });
  // @ts-expect-error fetch alone knows the boundary
  void raw.POST("/File", { body: {}, headers: { "Content-Type": "multipart/form-data" } });
  // @ts-expect-error it would be sent as a form
  void raw.POST("/File", { body: form });
});

test("another media type takes a Blob, or text and bytes with the Content-Type", () => {
  const headers = { "Content-Type": "text/csv" } as const;
  void raw.PUT("/File", { body: new Blob(["a,b"], { type: "text/csv" }) });
  void raw.PUT("/File", { body: "a,b", headers });
  void raw.PUT("/File", { body: new Uint8Array(1), headers });
  void raw.PUT("/File", { body: new ArrayBuffer(1), headers });
  // @ts-expect-error no Content-Type
  void raw.PUT("/File", { body: "a,b" });
  // @ts-expect-error no Content-Type
  void raw.PUT("/File", { body: new Uint8Array(1) });
  // @ts-expect-error an object would be sent as JSON
  void raw.PUT("/File", { body: { a: "b" }, headers });
});

test("an operation that takes JSON or nothing is as in openapi-fetch", async () => {
  const client: Client<FormPaths> = raw;
  const body = { Name: "x" };
  const mine = await raw.POST("/Json", { body });
  const theirs = await client.POST("/Json", { body });
  expectTypeOf(mine).toEqualTypeOf(theirs);
  expectTypeOf(await raw.PATCH("/Json", { body })).toEqualTypeOf(
    await client.PATCH("/Json", { body }),
  );
  expectTypeOf(await raw.DELETE("/File")).toEqualTypeOf(await client.DELETE("/File"));
  // @ts-expect-error the name is a text
  void raw.POST("/Json", { body: { Name: 1 } });
  // @ts-expect-error it takes none
  void raw.DELETE("/File", { body: {} });
  // @ts-expect-error there is no such operation
  void raw.PUT("/Json", { body });
});

test("the client is assignable to openapi-fetch's, and gives it its paths", () => {
  expectTypeOf(pathsOf(raw)).toEqualTypeOf<FormPaths>();
  expectTypeOf<RawClient<paths>>().toExtend<Client<paths>>();
  expectTypeOf<RawClient<FormPaths>>().toExtend<Client<FormPaths>>();
  expectTypeOf<RawClient<FormPaths>["GET"]>().toEqualTypeOf<Client<FormPaths>["GET"]>();
});
