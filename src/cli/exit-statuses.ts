/** @module What the exit statuses mean, for `--help`. */
import { APP_LOAD_EXIT_CODE, CONFIG_EXIT_CODE, CRASH_EXIT_CODE, USAGE_EXIT_CODE, WORKER_BOOT_EXIT_CODE } from "../exit-codes.ts";

/** In the order of `--help`. */
export const EXIT_STATUSES: readonly (readonly [status: string, meaning: string])[] = [
  ["0", "Stopped as asked, or the command has done its work."],
  [`${CONFIG_EXIT_CODE}`, "The configuration is wrong, or the server cannot listen."],
  [`${USAGE_EXIT_CODE}`, "The command line cannot be understood."],
  [`${WORKER_BOOT_EXIT_CODE}`, "No worker could start: the module of the application is missing, or throws."],
  [`${APP_LOAD_EXIT_CODE}`, "The module holds no such application."],
  ["128+N", "Signal N ended it before it could do so itself, as a shell shows it (137 is KILL)."],
  [`${CRASH_EXIT_CODE}`, "A defect of tsgunicorn."],
];
