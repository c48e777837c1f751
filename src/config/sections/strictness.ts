/** @module What of the strict grammar is let go. */
import type { TBoolean } from "typebox";
import { toggle } from "../declare.ts";
import type { Setting } from "../setting.ts";

/** Settings of the section "Strictness". */
export interface StrictnessSection {
  /** Accept any token as a method, not only 3 to 20 characters without lowercase letters and `#`. */
  readonly permit_unconventional_http_method: Setting<TBoolean>;
  /** Give the application the method in upper case. */
  readonly casefold_http_method: Setting<TBoolean>;
  /** Accept any version of the form HTTP/digit.digit. */
  readonly permit_unconventional_http_version: Setting<TBoolean>;
  /** Accept header fields that are folded over several lines, joined by a space. */
  readonly permit_obsolete_folding: Setting<TBoolean>;
  /** Accept blanks between the name of a header field and its colon, and take them away. */
  readonly strip_header_spaces: Setting<TBoolean>;
}

/** The declarations. */
export const strictness: StrictnessSection = {
  permit_unconventional_http_method: toggle({
    section: "Strictness",
    flags: ["--permit-unconventional-http-method"],
    description: "Accept any token as a method, not only 3 to 20 characters without lowercase letters and `#`.",
    details:
      "What it costs: `get` and `GET` are two methods (RFC 9110 §9.1), and a proxy or an application that takes them for one applies the wrong rule: a filter for `POST` lets `post` pass. " +
      "Other bytes than those of a token stay refused.",
    since: "0.1.0",
  }),
  casefold_http_method: toggle({
    section: "Strictness",
    flags: ["--casefold-http-method"],
    description: "Give the application the method in upper case.",
    details:
      "It is done after the check, so it has an effect only together with `permit_unconventional_http_method`. What it costs: a proxy in front that knows methods by their case " +
      "has let `post` pass as something unknown, and the application gets a `POST`.",
    since: "0.1.0",
  }),
  permit_unconventional_http_version: toggle({
    section: "Strictness",
    flags: ["--permit-unconventional-http-version"],
    description: "Accept any version of the form HTTP/digit.digit.",
    details:
      "A version below 1.1 counts as 1.0, one above as 1.1; answers say HTTP/1.1. Without it, only HTTP/1.0 and HTTP/1.1 are accepted, and others get 505. What it costs: a proxy that passes on a version it does not know may " +
      "frame the message otherwise than tsgunicorn does, and what it takes for content may be read as a request (smuggling).",
    since: "0.1.0",
    difference: "Gunicorn accepts HTTP/1.2 to HTTP/1.9 without it.",
  }),
  permit_obsolete_folding: toggle({
    section: "Strictness",
    flags: ["--permit-obsolete-folding"],
    description: "Accept header fields that are folded over several lines, joined by a space.",
    details:
      "A line that begins with a blank then continues the one before (`obs-fold`, RFC 9112 §5.2). What it costs: a proxy that reads such a line as a field of its own, or drops it, " +
      "sees other fields than tsgunicorn, such as another Transfer-Encoding: that is how requests are smuggled. Use it only for clients that nothing else can be done about, without a proxy between.",
    since: "0.1.0",
  }),
  strip_header_spaces: toggle({
    section: "Strictness",
    flags: ["--strip-header-spaces"],
    description: "Accept blanks between the name of a header field and its colon, and take them away.",
    details:
      "RFC 9112 §5.1 demands to refuse them. What it costs: a proxy that takes `Content-Length : 5` for an unknown field passes it on unread, and tsgunicorn obeys it: that is how requests are smuggled.",
    since: "0.1.0",
  }),
};
