"""An OpenTelemetry collector receives one trace for each call, across all its requests and the jobs that follow. Traces contain
neither phone numbers nor keys.

usage: traces.py path/to/frontdesk
"""
import sys
import threading
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from desk import CALLER_NAME, Desk

SERVER, CLIENT, CONSUMER, OK = Span.SPAN_KIND_SERVER, Span.SPAN_KIND_CLIENT, Span.SPAN_KIND_CONSUMER, Status.STATUS_CODE_OK

spans, services, bodies = [], set(), []


class Collector(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.path == "/v1/traces", self.path
        exported = ExportTraceServiceRequest.FromString(body)
        bodies.append(body)
        for resource in exported.resource_spans:
            services.update(a.value.string_value for a in resource.resource.attributes if a.key == "service.name")
            for scope in resource.scope_spans:
                spans.extend(scope.spans)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def unsampled(settings):
    desk = Desk(sys.argv[1], {**settings, "OTEL_TRACES_SAMPLER": "parentbased_always_off"})
    desk.call("--press", "1")
    if stopped := desk.stop():
        sys.exit(f"frontdesk ended with {stopped}")


def main():
    collector = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=collector.serve_forever, daemon=True).start()
    settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.server_port}"}
    desk = Desk(sys.argv[1], settings)
    try:
        desk.call("--press", "2", "--from", "+33198765432", "--name", CALLER_NAME)
        desk.call("--press", "1")
        until = time.monotonic() + 30
        while (logged := desk.calls())[1]["voicemail"]["status"] != "stored":
            assert time.monotonic() < until, "the message is not stored"
            time.sleep(0.05)
    finally:
        stopped = desk.stop()
    # The server sends the remaining spans when it stops.
    traces = defaultdict(list)
    for span in spans:
        traces[span.trace_id].append(span)
    of_call = {}
    for trace, all_of_it in traces.items():
        named = {a.value.string_value for span in all_of_it for a in span.attributes if a.key == "call.id"}
        assert len(named) == 1, f"one trace, one call: {named}"
        of_call[named.pop()] = all_of_it
    names = lambda call: sorted({span.name for span in of_call[f"{call['provider']}:{call['provider_id']}"]})
    talked, left = logged
    assert len(traces) == 2 and services == {"frontdesk"}, (len(traces), services)
    assert names(left) == ["answer", "ingest", "job", "store"], names(left)
    assert names(talked) == ["answer", "ingest", "store"], names(talked)
    kinds = {span.name: span.kind for span in spans}
    assert kinds == {"answer": SERVER, "ingest": SERVER, "job": CONSUMER, "store": CLIENT}, kinds
    assert all(span.status.code == OK for span in spans if span.name in ("answer", "ingest", "job")), spans
    exported = b"".join(bodies)
    for private in [b"+33198765432", b"198765432", CALLER_NAME.encode()]:
        assert private not in exported, f"{private} is in a trace"
    if stopped:
        sys.exit(f"frontdesk ended with {stopped}")
    sent = len(spans)
    unsampled(settings)
    assert len(spans) == sent, "with OTEL_TRACES_SAMPLER=parentbased_always_off nothing is sent"
    print(f"{sent} spans in {len(traces)} traces, one for each call")


main()
