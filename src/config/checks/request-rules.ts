/** @module Rules about requests: limits, leniencies, and whom to believe. */
import type { Rule, RuleFacts } from "./rule.ts";

/** Nobody's fields are believed: the list is empty, and no peer is a unix socket's. */
function trustsNobody({ settings, binds }: RuleFacts): boolean {
  return settings.forwarded_allow_ips.length === 0 && binds.every(({ kind }) => kind === "tcp");
}

/** The rules. */
export const REQUEST_RULES: readonly Rule[] = [
  {
    severity: "warning",
    settings: ["limit_request_line", "limit_request_head"],
    isBroken: ({ settings, isSet }) => isSet("limit_request_line") && settings.limit_request_line > settings.limit_request_head,
    message: ({ settings }) =>
      `${settings.limit_request_line} has no effect: a whole head may have ${settings.limit_request_head} bytes (limit_request_head)`,
    fix: "raise limit_request_head",
  },
  {
    severity: "warning",
    settings: ["limit_request_field_size", "limit_request_head"],
    isBroken: ({ settings, isSet }) =>
      isSet("limit_request_field_size") && settings.limit_request_field_size > settings.limit_request_head,
    message: ({ settings }) =>
      `${settings.limit_request_field_size} has no effect: a whole head may have ${settings.limit_request_head} bytes (limit_request_head)`,
    fix: "raise limit_request_head",
  },
  {
    severity: "warning",
    settings: ["casefold_http_method", "permit_unconventional_http_method"],
    isBroken: ({ settings }) => settings.casefold_http_method && !settings.permit_unconventional_http_method,
    message: "has no effect: methods in lower case are refused before",
    fix: "set permit_unconventional_http_method too, or leave it off",
  },
  {
    severity: "warning",
    settings: ["proxy_allow_ips", "proxy_protocol"],
    isBroken: ({ settings, isSet }) => isSet("proxy_allow_ips") && settings.proxy_protocol === "off",
    message: "has no effect without proxy_protocol",
    fix: "set proxy_protocol, or leave it out",
  },
  {
    severity: "warning",
    settings: ["proxy_protocol", "proxy_allow_ips"],
    isBroken: ({ settings, binds }) =>
      settings.proxy_protocol !== "off" && settings.proxy_allow_ips.length === 0 && binds.every(({ kind }) => kind === "tcp"),
    message: "nobody may send a PROXY header: proxy_allow_ips is empty, and every header is answered with 403",
    fix: "list the addresses of the balancers in proxy_allow_ips",
  },
  {
    severity: "warning",
    settings: ["forwarded_allow_ips", "proxy_protocol"],
    isBroken: ({ settings, isSet }) =>
      settings.proxy_protocol !== "off" && isSet("forwarded_allow_ips") && settings.forwarded_allow_ips.length > 0 &&
      !settings.forwarded_allow_ips.includes("*"),
    message: "is compared with the address in the PROXY header, which is the client's and not the balancer's",
    fix:
      "with proxy_protocol, fields such as X-Forwarded-Proto count only if proxies stand before the balancer: list those, or leave it out",
  },
  {
    severity: "warning",
    settings: ["forwarded_source", "forwarded_allow_ips"],
    isBroken: (facts) => facts.isSet("forwarded_source") && facts.settings.forwarded_source !== "none" && trustsNobody(facts),
    message: "has no effect: forwarded_allow_ips is empty, and nobody is believed",
    fix: "list the proxies in forwarded_allow_ips",
  },
  {
    severity: "warning",
    settings: ["secure_scheme_headers", "forwarded_allow_ips", "forwarded_source"],
    isBroken: (facts) =>
      facts.isSet("secure_scheme_headers") && Object.keys(facts.settings.secure_scheme_headers).length > 0 &&
      (trustsNobody(facts) || facts.settings.forwarded_source === "none" || facts.settings.forwarded_source === "forwarded"),
    message: (facts) =>
      trustsNobody(facts)
        ? "has no effect: forwarded_allow_ips is empty, and nobody is believed"
        : `has no effect with forwarded_source ${facts.settings.forwarded_source}`,
    fix: "list the proxies in forwarded_allow_ips, with forwarded_source auto or x-forwarded",
  },
  {
    severity: "warning",
    settings: ["forwarder_headers", "forwarded_allow_ips", "header_map"],
    isBroken: (facts) =>
      facts.isSet("forwarder_headers") && facts.settings.forwarder_headers.length > 0 &&
      (trustsNobody(facts) || facts.settings.header_map === "dangerous"),
    message: (facts) =>
      facts.settings.header_map === "dangerous"
        ? "has no effect: with header_map dangerous everybody's fields are passed on"
        : "has no effect: forwarded_allow_ips is empty, and nobody is believed",
    fix: "list the proxies in forwarded_allow_ips, and leave header_map at drop or refuse",
  },
];
