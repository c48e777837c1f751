/** @module Exit statuses, as gunicorn has them. */

/** The configuration is wrong, or a listener cannot be had. */
export const CONFIG_EXIT_CODE = 1;
/** The command line cannot be understood. */
export const USAGE_EXIT_CODE = 2;
/** A worker failed before it was ready: the module is missing or threw. */
export const WORKER_BOOT_EXIT_CODE = 3;
/** The application is missing in its module, or cannot be called. */
export const APP_LOAD_EXIT_CODE = 4;
/** A defect of the arbiter itself. */
export const CRASH_EXIT_CODE = 255;
