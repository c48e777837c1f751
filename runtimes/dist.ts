/**
 * Completes `dist/` after the compiler: the program that npm links as `tsgunicorn`.
 *
 * @module
 */
import { chmodSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const PROGRAM = `#!/usr/bin/env node
import "./runtimes/main.js";
`;

const path = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
writeFileSync(path, PROGRAM);
chmodSync(path, 0o755);
