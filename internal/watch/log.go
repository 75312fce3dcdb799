package watch

import (
	"log/slog"
	"strings"
	"unicode/utf8"
)

// logChange writes one line for a change.
func logChange(log *slog.Logger, c *Change) {
	attributes := []any{"path", c.Path, "reason", c.Reason}
	if c.Bytes > 0 {
		attributes = append(attributes, "bytes", c.Bytes)
	}
	if c.Outcome != "done" {
		log.Warn(c.Action+" "+c.Outcome, append(attributes, "error", c.Error)...)
		return
	}
	log.Info(c.Action, attributes...)
}

// logPass writes one line for a pass that did something or did not end well; not
// again if that was said of the one before.
func logPass(log *slog.Logger, t *Task, r *Result, said bool) {
	attributes := []any{"changes", r.Counts.Changed(), "bytes", r.Counts.Bytes}
	if t.Whole() {
		attributes = append(attributes, "cause", string(t.Cause))
	}
	add := func(name string, n int64) {
		if n > 0 {
			attributes = append(attributes, name, n)
		}
	}
	add("skipped", r.Counts.Skipped)
	add("held", r.Counts.Held)
	add("failed", r.Counts.Failed)
	add("drift", r.Drift)
	switch {
	case r.Verdict == Settled && r.Counts.Changed() > 0, r.Drift > 0 && r.Verdict == Settled && !said:
		log.Info("pass", attributes...)
	case r.Verdict == Settled, said && r.Counts.Changed() == 0:
	default:
		attributes = append(attributes, "reason", r.Reason)
		if r.Hint != "" {
			attributes = append(attributes, "hint", r.Hint)
		}
		log.Warn("pass "+verdictWords[r.Verdict], attributes...)
	}
}

var verdictWords = map[Verdict]string{Left: "left something alone", Failed: "failed", Halted: "halted", Waiting: "waits"}

// visible returns a name for a status, which is UTF-8.
func visible(name string) string {
	if utf8.ValidString(name) {
		return name
	}
	return strings.ToValidUTF8(name, "\uFFFD")
}
