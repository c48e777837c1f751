import { frameworkSuite } from "./driver.ts";
import { get } from "./scenario.ts";
import { some } from "./scenarios/common.ts";

frameworkSuite({
  framework: "itty",
  scenarios: [
    ...some(
      "a plain GET",
      "router parameters",
      "a wildcard",
      "a query with repeated keys",
      "what is not routed",
      "methods",
      "a JSON body",
      "JSON of 1 MB",
      "a urlencoded form",
      "a multipart form with files",
      "a binary body",
      "cookies, read and set",
      "a redirect",
      "an error that is thrown",
      "a status, and a field with two values",
      "204",
      "CORS",
      "CORS preflight",
      "a stream",
      "three requests on a connection",
    ),
    { name: "html", steps: [get("/html")], status: [200], shows: /text\/html/ },
    { name: "StatusError and error", steps: [get("/status-error"), get("/error-helper")], status: [409, 403], shows: /because/ },
    { name: "an optional parameter", steps: [get("/optional"), get("/optional/x")], status: [200, 200], shows: /optional none/ },
    { name: "a handler that answers nothing", steps: [get("/first")], status: [200], shows: /the second handler/ },
    { name: "a parameter after a dot", steps: [get("/file.txt")], status: [200], shows: /"extension":"txt"/ },
  ],
});
