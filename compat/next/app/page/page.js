"use client";
import { extendTrackingLink } from "impact-partner-client";

export default function Page() {
  return <p>{extendTrackingLink("https://example.sjv.io/c/1/2/3", { subId1: "a" })}</p>;
}
