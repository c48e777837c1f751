import { systemdSuite } from "./server-systemd.suite.ts";
systemdSuite();
