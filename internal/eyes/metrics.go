package eyes

import (
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/osssync/osssync/internal/ossclient"
	"github.com/osssync/osssync/internal/watch"
)

// maxScrapes is how many scrapes are answered at a time.
const maxScrapes = 4

// desc describes a metric of the house.
func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("osssync_"+name, help, labels, nil)
}

// The metrics. Labels have few values: names of the spec, and words of the house.
var (
	buildInfo   = desc("build_info", "Version of the program; always 1.", "version", "goversion")
	specInUse   = desc("spec_in_use", "1 if the spec as it stands is in use, 0 if it cannot be used and the one before is kept.")
	specLoaded  = desc("spec_loaded_timestamp_seconds", "When the spec in use was read.")
	logDropped  = desc("log_dropped_lines_total", "Lines of the log that nobody took.")
	mappingNow  = desc("mapping_state", "1 for the state that the mapping is in, 0 for the others.", "mapping", "state")
	objects     = desc("objects_total", "Changes that were done.", "mapping", "action")
	objectBytes = desc("object_bytes_total", "Bytes of content that changes moved.", "mapping", "action")
	undone      = desc("undone_total", "Changes that were not done.", "mapping", "outcome")
	faults      = desc("errors_total", "Passes that ended with trouble.", "mapping", "kind")
	passes      = desc("passes_total", "Passes, over everything and over some paths.", "mapping", "scope")
	events      = desc("events_total", "Hints that something changed in the tree.", "mapping")
	eventsLost  = desc("events_lost_total", "Times that hints were lost, and everything was looked at.", "mapping")
	driftFound  = desc("drift_found_total", "Changes of others that passes over everything found.", "mapping")
	driftKept   = desc("drift_kept", "Changes of others that are left as they are.", "mapping")
	extra       = desc("extra_objects", "Objects or files at the target that the source does not have.", "mapping")
	queue       = desc("queue_paths", "Paths that wait to be looked at; a folder counts as one.", "mapping")
	inFlight    = desc("in_flight_transfers", "Objects under way, 64 at most.", "mapping")
	leftObjects = desc("pass_remaining_objects", "Changes that the pass under way has still to do.", "mapping")
	leftBytes   = desc("pass_remaining_bytes", "Bytes that the pass under way has still to move.", "mapping")
	watching    = desc("watching", "1 if every folder of the tree tells of changes.", "mapping")
	lastPass    = desc("last_complete_pass_timestamp_seconds", "End of the last pass over everything; 0: none yet.", "mapping")
	converged   = desc("last_converged_timestamp_seconds", "When both sides were last known to agree; 0: not yet.", "mapping")
	nextPass    = desc("next_pass_timestamp_seconds", "When the next pass over everything is due; 0: not known.", "mapping")
	requests    = desc("requests_total", "Requests that have ended, by the class of their status; none: no answer came.", "store", "operation", "status")
	retries     = desc("request_retries_total", "Requests that were sent again.", "store")
	unretried   = desc("request_retries_refused_total", "Retries that were due and that the budget did not allow.", "store")
	throttled   = desc("requests_throttled_total", "Answers that asked for fewer requests (429 and 503).", "store")
	sentBytes   = desc("sent_bytes_total", "Bytes of bodies of requests.", "store")
	gotBytes    = desc("received_bytes_total", "Bytes of bodies of answers.", "store")
)

var all = []*prometheus.Desc{
	buildInfo, specInUse, specLoaded, logDropped, mappingNow, objects, objectBytes, undone, faults, passes, events, eventsLost,
	driftFound, driftKept, extra, queue, inFlight, leftObjects, leftBytes, watching, lastPass, converged, nextPass,
	requests, retries, unretried, throttled, sentBytes, gotBytes,
}

// states are the values of the label state.
var states = []watch.State{
	watch.Starting, watch.InSync, watch.Settling, watch.Working, watch.Degraded, watch.Holding, watch.BackingOff, watch.Stopped,
}

// statusClasses are the values of the label status, by the first digit of one.
var statusClasses = [6]string{"none", "1xx", "2xx", "3xx", "4xx", "5xx"}

// scraped returns what answers /metrics.
func (s *Server) scraped() (http.Handler, error) {
	registry := prometheus.NewRegistry()
	for _, c := range []prometheus.Collector{
		collector{s}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	} {
		if err := registry.Register(c); err != nil {
			return nil, err
		}
	}
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{MaxRequestsInFlight: maxScrapes}), nil
}

// collector makes the metrics of the board at the time of a scrape.
type collector struct{ server *Server }

// Describe implements prometheus.Collector.
func (collector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range all {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (c collector) Collect(to chan<- prometheus.Metric) {
	s, out := c.server.board.Status(), sample(to)
	out.gauge(buildInfo, 1, c.server.opts.Version, runtime.Version())
	out.gauge(specInUse, one(s.SpecError == ""))
	out.gauge(specLoaded, seconds(s.Reloaded))
	out.counter(logDropped, s.LogDropped)
	for i := range s.Mappings {
		out.mapping(&s.Mappings[i])
	}
	c.server.opts.Traffic.stats(out.store)
}

// sample takes metrics. Labels are from the spec, whose names are ASCII, and from the
// house, so none is refused.
type sample chan<- prometheus.Metric

func (out sample) counter(d *prometheus.Desc, n int64, labels ...string) {
	out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
}

func (out sample) gauge(d *prometheus.Desc, v float64, labels ...string) {
	out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
}

func (out sample) mapping(m *watch.MappingStatus) {
	for _, state := range states {
		out.gauge(mappingNow, one(m.State == state), m.Name, string(state))
	}
	moved := "upload"
	if m.Direction == "pull" {
		moved = "download"
	}
	out.counter(objectBytes, m.Counts.Bytes, m.Name, moved)
	out.counter(objects, m.Counts.Uploaded, m.Name, "upload")
	out.counter(objects, m.Counts.Downloaded, m.Name, "download")
	out.counter(objects, m.Counts.Deleted, m.Name, "delete")
	out.counter(objects, m.Counts.Headers, m.Name, "set-meta")
	out.counter(objects, m.Counts.Aborted, m.Name, "abort-upload")
	out.counter(undone, m.Counts.Skipped, m.Name, "skipped")
	out.counter(undone, m.Counts.Held, m.Name, "held")
	out.counter(undone, m.Counts.Failed, m.Name, "failed")
	for kind, n := range m.Counts.Faults {
		out.counter(faults, n, m.Name, kind)
	}
	out.counter(passes, m.Counts.Passes, m.Name, "all")
	out.counter(passes, m.Counts.Batches, m.Name, "some")
	out.counter(events, m.Counts.Events, m.Name)
	out.counter(eventsLost, m.Counts.Lost, m.Name)
	out.counter(driftFound, m.Counts.Drift, m.Name)
	out.gauge(driftKept, float64(m.Kept), m.Name)
	out.gauge(extra, float64(m.Extra), m.Name)
	out.gauge(queue, float64(m.Pending), m.Name)
	out.gauge(inFlight, float64(len(m.InFlight)), m.Name)
	out.gauge(leftObjects, float64(max(m.Total.Actions-m.Done.Actions, 0)), m.Name)
	out.gauge(leftBytes, float64(max(m.Total.Bytes-m.Done.Bytes, 0)), m.Name)
	out.gauge(watching, one(m.Watching), m.Name)
	out.gauge(lastPass, seconds(m.LastPass), m.Name)
	out.gauge(converged, seconds(m.LastConverged), m.Name)
	out.gauge(nextPass, seconds(m.NextPass), m.Name)
}

func (out sample) store(name string, s ossclient.Stats) {
	for o := range ossclient.Operation(ossclient.Operations) {
		for class, n := range s.Answers[o] {
			if n > 0 {
				out.counter(requests, n, name, o.String(), statusClasses[class])
			}
		}
	}
	out.counter(retries, s.Retries, name)
	out.counter(unretried, s.Unretried, name)
	out.counter(throttled, s.Throttled, name)
	out.counter(sentBytes, s.Sent, name)
	out.counter(gotBytes, s.Received, name)
}

func one(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// seconds returns a time as Prometheus has it; 0 if it was not reached.
func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}
