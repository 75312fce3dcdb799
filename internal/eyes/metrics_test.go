package eyes

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"gopkg.in/yaml.v3"

	"github.com/osssync/osssync/internal/watch"
)

// scrape returns the metrics as Prometheus reads them, of a watch in which all has
// happened.
func scrape(t *testing.T) map[string]*dto.MetricFamily {
	t.Helper()
	traffic := &Traffic{}
	newWork(t, traffic).once()
	mappings := sceneWorking()
	mappings[0].Counts.Faults = map[string]int64{"remote": 2}
	w := ask(newServer(t, boardOf(mappings...), Options{Version: "1.4.0", Traffic: traffic}), overTCP, "GET", "localhost", "/metrics")
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatalf("%v:\n%s", err, w.Body)
	}
	return families
}

// valueOf returns the value of a metric with labels such as "mapping=site", sorted.
func valueOf(t *testing.T, families map[string]*dto.MetricFamily, name string, labels ...string) float64 {
	t.Helper()
	for _, m := range families["osssync_"+name].GetMetric() {
		var got []string
		for _, l := range m.GetLabel() {
			got = append(got, l.GetName()+"="+l.GetValue())
		}
		if slices.Equal(got, labels) {
			return m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	t.Errorf("no %s%v", name, labels)
	return -1
}

func TestMetrics(t *testing.T) {
	families := scrape(t)
	for _, tt := range []struct {
		name   string
		labels []string
		want   float64
	}{
		{"spec_in_use", nil, 1},
		{"mapping_state", []string{"mapping=photos", "state=working"}, 1},
		{"mapping_state", []string{"mapping=photos", "state=in-sync"}, 0},
		{"objects_total", []string{"action=upload", "mapping=photos"}, 88120},
		{"objects_total", []string{"action=download", "mapping=models"}, 42},
		{"object_bytes_total", []string{"action=download", "mapping=models"}, 81 << 30},
		{"errors_total", []string{"kind=remote", "mapping=site"}, 2},
		{"passes_total", []string{"mapping=photos", "scope=some"}, 2210},
		{"queue_paths", []string{"mapping=photos"}, 17},
		{"in_flight_transfers", []string{"mapping=photos"}, 8},
		{"pass_remaining_objects", []string{"mapping=photos"}, 868},
		{"pass_remaining_bytes", []string{"mapping=photos"}, 4193 << 20},
		{"watching", []string{"mapping=models"}, 0},
		{"requests_total", []string{"operation=put", "status=2xx", "store=prod"}, 1},
		{"requests_total", []string{"operation=head", "status=4xx", "store=prod"}, 1},
		{"sent_bytes_total", []string{"store=prod"}, 1000},
		{"requests_throttled_total", []string{"store=prod"}, 0},
	} {
		if got := valueOf(t, families, tt.name, tt.labels...); got != tt.want {
			t.Errorf("%s%v is %v, want %v", tt.name, tt.labels, got, tt.want)
		}
	}
	for _, name := range []string{"go_goroutines", "process_start_time_seconds"} {
		if families[name] == nil && (name != "process_start_time_seconds" || len(families["process_cpu_seconds_total"].GetMetric()) > 0) {
			t.Errorf("no %s", name)
		}
	}
}

// TestMetrics_Conventions holds the names to those of Prometheus.
func TestMetrics_Conventions(t *testing.T) {
	for name, f := range scrape(t) {
		counter := f.GetType() == dto.MetricType_COUNTER
		if strings.HasPrefix(name, "osssync_") && counter != strings.HasSuffix(name, "_total") {
			t.Errorf("%s is a %s", name, f.GetType())
		}
		for _, unit := range []string{"_ms", "_milliseconds", "_minutes", "_kb", "_percent"} {
			if strings.HasPrefix(name, "osssync_") && strings.Contains(name+"_", unit+"_") {
				t.Errorf("%s has no base unit", name)
			}
		}
	}
	if got := len(scrape(t)["osssync_mapping_state"].GetMetric()); got != 3*len(states) {
		t.Errorf("%d states of 3 mappings", got)
	}
}

// TestMetrics_Documented compares docs/watch.md with what is scraped.
func TestMetrics_Documented(t *testing.T) {
	families := scrape(t)
	if len(families["osssync_spec_in_use"].GetMetric()) == 0 {
		t.Fatal("nothing is scraped")
	}
	table := "| metric | type | labels | |\n| --- | --- | --- | --- |\n"
	shown := 0
	for _, d := range all {
		name := regexp.MustCompile(`fqName: "([^"]+)"`).FindStringSubmatch(d.String())[1]
		f := families[name]
		if f == nil {
			t.Errorf("%s is not scraped", name)
			continue
		}
		shown++
		var labels []string
		for _, l := range f.GetMetric()[0].GetLabel() {
			labels = append(labels, "`"+l.GetName()+"`")
		}
		table += fmt.Sprintf("| `%s` | %s | %s | %s |\n", name, strings.ToLower(f.GetType().String()), strings.Join(labels, " "), f.GetHelp())
	}
	for name := range families {
		if strings.HasPrefix(name, "osssync_") {
			shown--
		}
	}
	if shown != 0 {
		t.Errorf("%d metrics are scraped beyond those that are described", -shown)
	}
	page, err := os.ReadFile("../../docs/watch.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), table) {
		t.Errorf("docs/watch.md does not have this table:\n%s", table)
	}
}

var metricName = regexp.MustCompile(`\b(osssync|go|process)_[a-z0-9_]+`)

// TestMetrics_Dashboard checks that the queries of the Grafana dashboard and of the
// alerts in examples/watch use metrics, labels and states that there are.
func TestMetrics_Dashboard(t *testing.T) {
	families := scrape(t)
	var dashboard struct {
		Title      string
		UID        string `json:"uid"`
		Templating struct {
			List []struct{ Name, Type, Query string }
		}
		Panels []struct {
			ID      int
			Title   string
			Type    string
			GridPos struct{ H, W, X, Y int }
			Targets []struct{ Expr, RefID string }
		}
	}
	decode(t, "grafana-dashboard.json", &dashboard, json.Unmarshal)
	if dashboard.Title == "" || len(dashboard.Panels) < 8 {
		t.Errorf("%q with %d panels", dashboard.Title, len(dashboard.Panels))
	}
	queries := map[string]string{}
	ids := map[int]bool{}
	for _, p := range dashboard.Panels {
		if ids[p.ID] || p.GridPos.X+p.GridPos.W > 24 || p.GridPos.H == 0 {
			t.Errorf("panel %d %q: %+v", p.ID, p.Title, p.GridPos)
		}
		ids[p.ID] = true
		for _, target := range p.Targets {
			queries[p.Title+" "+target.RefID] = target.Expr
		}
	}
	for _, v := range dashboard.Templating.List {
		if v.Type == "query" {
			queries["variable "+v.Name] = v.Query
		}
	}
	var alerts struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
	decode(t, "prometheus-alerts.yaml", &alerts, func(b []byte, v any) error {
		d := yaml.NewDecoder(bytes.NewReader(b))
		return d.Decode(v)
	})
	for _, g := range alerts.Groups {
		for _, r := range g.Rules {
			queries["alert "+r.Alert] = r.Expr
			if r.Annotations["summary"] == "" || r.Labels["severity"] == "" {
				t.Errorf("alert %s without summary or severity", r.Alert)
			}
		}
	}
	if len(queries) < 20 {
		t.Errorf("%d queries", len(queries))
	}
	for _, where := range slices.Sorted(maps.Keys(queries)) {
		checkQuery(t, families, where, queries[where])
	}
}

// checkQuery fails on names that are not scraped.
func checkQuery(t *testing.T, families map[string]*dto.MetricFamily, where, query string) {
	t.Helper()
	names := metricName.FindAllString(query, -1)
	if len(names) == 0 && !strings.Contains(query, "up{") {
		t.Errorf("%s: no metric in %s", where, query)
	}
	known := []string{"job", "instance"}
	for _, name := range names {
		f := families[name]
		if f == nil {
			t.Errorf("%s: no metric %s", where, name)
			continue
		}
		for _, l := range f.GetMetric()[0].GetLabel() {
			known = append(known, l.GetName())
		}
	}
	for _, m := range regexp.MustCompile(`([a-z_]+)\s*=~?\s*"([^"]*)"`).FindAllStringSubmatch(query, -1) {
		if !slices.Contains(known, m[1]) {
			t.Errorf("%s: no label %s", where, m[1])
		}
		for state := range strings.SplitSeq(m[2], "|") {
			if m[1] == "state" && !slices.Contains(states, watch.State(state)) {
				t.Errorf("%s: no state %s", where, state)
			}
		}
	}
	if strings.Count(query, "(") != strings.Count(query, ")") || strings.Count(query, "{") != strings.Count(query, "}") {
		t.Errorf("%s: brackets of %s", where, query)
	}
	for _, m := range regexp.MustCompile(`\b(rate|increase)\((osssync_[a-z_]+)`).FindAllStringSubmatch(query, -1) {
		if !strings.HasSuffix(m[2], "_total") {
			t.Errorf("%s: %s of a gauge", where, m[1])
		}
	}
}

func decode(t *testing.T, name string, to any, unmarshal func([]byte, any) error) {
	t.Helper()
	text, err := os.ReadFile("../../examples/watch/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := unmarshal(text, to); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}
