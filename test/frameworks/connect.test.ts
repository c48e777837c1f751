import { frameworkSuite } from "./driver.ts";
import { get } from "./scenario.ts";
import { some } from "./scenarios/common.ts";
import { CONDITIONAL, STATICS } from "./scenarios/statics.ts";

frameworkSuite({
  framework: "connect",
  scenarios: [
    ...some(
      "a plain GET",
      "what is not routed",
      "methods",
      "HEAD",
      "a binary body",
      "a body of 1 MB, echoed",
      "Expect: 100-continue",
      "cookies, read and set",
      "a session over three requests",
      "CORS",
      "CORS preflight",
      "gzip",
      "no compression",
      "security fields",
      "a logger's line",
      "fields as the application sees them",
      "an error that is thrown",
      "a stream",
    ),
    ...STATICS.filter(({ name }) => name !== "a path that leaves the folder"),
    ...CONDITIONAL,
    { name: "a handler of errors", steps: [get("/handled")], status: [409], shows: /told/ },
    { name: "a prefix that is cut off", steps: [get("/method/deep?x")], status: [200], shows: /"url":"\/deep\?x"/ },
  ],
});
