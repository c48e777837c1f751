import { fetchSuite } from "./server-fetch.suite.ts";

fetchSuite();
