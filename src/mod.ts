/**
 * Public API of tsgunicorn: types of a config file.
 *
 * @module
 */
export { type ConfigContext, defineConfig, type UserConfig, type UserSettings } from "./config/user-config.ts";
