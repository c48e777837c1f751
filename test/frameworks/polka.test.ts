import { frameworkSuite } from "./driver.ts";
import { get } from "./scenario.ts";
import { some } from "./scenarios/common.ts";

frameworkSuite({
  framework: "polka",
  scenarios: [
    ...some(
      "a plain GET",
      "router parameters",
      "a query with repeated keys",
      "what is not routed",
      "methods",
      "a JSON body",
      "JSON in chunks",
      "a binary body",
      "an empty body",
      "a chunked upload with trailers",
      "Expect: 100-continue",
      "fields as the application sees them",
      "an error that is thrown",
      "a status, and a field with two values",
      "a redirect",
      "the URL as the application sees it",
      "gzip",
      "no compression",
      "a stream",
      "a stream for HTTP/1.0",
      "a file",
      "ranges of a file",
      "a file that has not changed, by its ETag",
      "three requests on a connection",
    ),
    { name: "an application within", steps: [get("/nested/7?x")], status: [200], shows: /"id":"7"/ },
  ],
});
