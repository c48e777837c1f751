import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describeElsewhere, ELSEWHERE, explainFlag, explainName, nameOfElsewhereFlag } from "../../../src/config/elsewhere.ts";
import { declarationOf, isSettingName, SETTING_NAMES } from "../../../src/config/settings.ts";
import { GUNICORN_COUNT } from "../../support/write-docs.ts";

/** All settings of gunicorn 26.1.0, from its reference of settings. */
const GUNICORN = `
config wsgi_app bind backlog workers worker_class threads worker_connections max_requests max_requests_jitter timeout
graceful_timeout keepalive asgi_loop asgi_lifespan asgi_disconnect_grace_period http_parser limit_request_line
limit_request_fields limit_request_field_size reload reload_engine reload_extra_files spew check_config print_config
preload_app sendfile reuse_port chdir daemon raw_env pidfile worker_tmp_dir user group umask initgroups tmp_upload_dir
secure_scheme_headers forwarded_allow_ips pythonpath paste raw_paste_global_conf proxy_protocol proxy_allow_ips protocol
uwsgi_allow_ips permit_obsolete_folding strip_header_spaces permit_unconventional_http_method
permit_unconventional_http_version casefold_http_method forwarder_headers header_map root_path accesslog
disable_redirect_access_to_syslog access_log_format errorlog loglevel capture_output logger_class logconfig logconfig_dict
logconfig_json syslog_addr syslog syslog_prefix syslog_facility enable_stdio_inheritance statsd_host dogstatsd_tags
statsd_prefix enable_backlog_metric proc_name default_proc_name on_starting on_reload when_ready pre_fork post_fork
post_worker_init worker_int worker_abort pre_exec pre_request post_request child_exit worker_exit nworkers_changed on_exit
ssl_context keyfile certfile ssl_version cert_reqs ca_certs suppress_ragged_eofs do_handshake_on_connect ciphers
http_protocols http2_cleartext http2_max_concurrent_streams http2_initial_window_size http2_max_frame_size
http2_max_header_list_size dirty_apps dirty_workers dirty_timeout dirty_threads dirty_graceful_timeout on_dirty_starting
dirty_post_fork dirty_worker_init dirty_worker_exit control_socket control_socket_mode control_socket_disable`.trim().split(
  /\s+/,
);

/** Gunicorn's flags of settings that are declared here. */
const SHARED_FLAGS = `
-c --config -b --bind --backlog -w --workers --worker-connections --max-requests --max-requests-jitter -t --timeout --graceful-timeout
--keep-alive --limit-request-line --limit-request-fields --limit-request-field_size --reload --reload-engine --reload-extra-file
--check-config --print-config --preload --reuse-port --chdir -D --daemon -e --env -p --pid --worker-tmp-dir -u --user -g --group -m --umask
--initgroups --forwarded-allow-ips --proxy-protocol --proxy-allow-from --permit-obsolete-folding --strip-header-spaces
--permit-unconventional-http-method --permit-unconventional-http-version --casefold-http-method --forwarder-headers --header-map
--access-logfile --error-logfile --log-file --log-level -R --enable-stdio-inheritance -n --name`.trim().split(/\s+/);

describe("gunicorn's settings", () => {
  it("are each declared or explained, and none is both", () => {
    assert.equal(GUNICORN.length, GUNICORN_COUNT);
    assert.equal(new Set(GUNICORN).size, GUNICORN_COUNT);
    for (const name of GUNICORN) assert.notEqual(isSettingName(name), name in ELSEWHERE, name);
    for (const name of Object.keys(ELSEWHERE)) assert.ok(GUNICORN.includes(name), `${name} is none of gunicorn's`);
  });

  it("keep their flags", () => {
    const flags = new Set(SETTING_NAMES.flatMap((name) => declarationOf(name).flags));
    for (const flag of SHARED_FLAGS) assert.ok(flags.has(flag), flag);
  });

  it("that are not here share no flag with those that are, nor with each other", () => {
    const ours = SETTING_NAMES.flatMap((name) => declarationOf(name).flags);
    const theirs = Object.values(ELSEWHERE).flatMap(({ flags }) => flags);
    const all = [...ours, ...theirs, "-h", "--help", "-v", "--version"];
    assert.equal(new Set(all).size, all.length);
    for (const flag of theirs) assert.match(flag, /^(?:-[a-zA-Z]|--[a-z][a-z0-9-]+)$/);
  });
});

describe("explanations", () => {
  for (const [name, { instead, isSwitch, flags }] of Object.entries(ELSEWHERE)) {
    it(`${name} says what to do`, () => {
      assert.match(instead, /^[a-z].*[^.]$/s);
      assert.ok(!isSwitch || flags.length > 0);
      // Names in backquotes that look like settings are settings.
      for (const [, mentioned = ""] of instead.matchAll(/`([a-z_]+)`/g)) {
        assert.ok(isSettingName(mentioned) || ["proxy_pass", "uwsgi_pass", "await"].includes(mentioned), mentioned);
      }
      assert.ok(explainName(name)?.startsWith("this setting of gunicorn "));
      for (const flag of flags) assert.equal(explainFlag(flag), explainName(name));
    });
  }

  it("are found by every spelling of a flag", () => {
    for (const flag of ["-k", "-kgevent", "--worker-class", "--worker-class=gevent", "--worker_class"]) {
      assert.equal(nameOfElsewhereFlag(flag), "worker_class", flag);
    }
    assert.equal(nameOfElsewhereFlag("--paster=x=y"), "paste");
  });

  it("are there for nothing else", () => {
    for (const name of ["workers", "constructor", "__proto__", "", "Threads"]) {
      assert.equal(explainName(name), null, name);
      assert.equal(describeElsewhere(name), null, name);
    }
    for (const flag of ["", "-", "--", "-w", "--workers", "threads", "--threadss", "--keyfile2"]) {
      assert.equal(explainFlag(flag), null, flag);
    }
  });

  it("have the form of a problem", () => {
    assert.deepEqual(describeElsewhere("default_proc_name"), {
      message: "this setting of gunicorn has another form here",
      hint: "use `proc_name`",
    });
  });
});
