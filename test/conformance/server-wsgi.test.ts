import { wsgiSuite } from "./server-wsgi.suite.ts";

wsgiSuite();
