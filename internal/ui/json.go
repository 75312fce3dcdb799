package ui

import (
	"encoding/json"
	"io"
	"unicode/utf8"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/plan"
)

// Format is the version of the JSON lines that commands print. Fields may be
// added under the same number; nothing else changes.
const Format = 1

// JSON writes one JSON object a line. It is for one goroutine.
type JSON struct {
	encoder *json.Encoder
}

// NewJSON returns a JSON that writes to w, unbuffered.
func NewJSON(w io.Writer) *JSON {
	e := json.NewEncoder(visible{w})
	e.SetEscapeHTML(false)
	return &JSON{encoder: e}
}

// Line writes v as one line. Callers give it a field "format" with [Format] and
// a field "op" that says what the line is.
func (j *JSON) Line(v any) error { return j.encoder.Encode(v) }

// TextOrBase64 returns a name for two JSON fields: the first holds it if it is
// UTF-8; else the second holds its bytes, which the encoder turns into base64.
func TextOrBase64(name string) (text string, bytes []byte) {
	if utf8.ValidString(name) {
		return name, nil
	}
	return "", []byte(name)
}

type resultLine struct {
	Format     int         `json:"format"`
	Op         string      `json:"op"`
	Mapping    string      `json:"mapping"`
	Action     string      `json:"action"`
	Path       string      `json:"path"`
	PathBase64 []byte      `json:"path_base64,omitempty"` // in place of path, which then is "", for names that are not UTF-8
	Reason     plan.Reason `json:"reason"`
	Outcome    string      `json:"outcome"`
	Bytes      int64       `json:"bytes"`
	Detail     string      `json:"detail,omitempty"`
	Error      string      `json:"error,omitempty"`
}

// Result writes what became of one row: a line with op "result".
func (j *JSON) Result(mapping string, r apply.Result) error {
	line := resultLine{
		Format: Format, Op: "result", Mapping: mapping,
		Action: plan.Word(r.Action), Reason: r.Action.Why(),
		Outcome: r.Outcome.String(), Bytes: r.Bytes, Detail: r.Detail,
	}
	line.Path, line.PathBase64 = TextOrBase64(r.Action.Where())
	if r.Err != nil {
		line.Error = r.Err.Error()
	}
	return j.Line(line)
}

type summaryLine struct {
	Format int    `json:"format"`
	Op     string `json:"op"`
	Tally
	Exit int `json:"exit"`
}

// Summary writes the last line of an apply, with op "summary" and the exit code.
func (j *JSON) Summary(t Tally, exit int) error {
	return j.Line(summaryLine{Format: Format, Op: "summary", Tally: t, Exit: exit})
}

type noticeLine struct {
	Format int      `json:"format"`
	Op     string   `json:"op"`
	Notice string   `json:"notice"`
	Hints  []string `json:"hints"`
}

// Notice writes what a user has to know though it stops nothing: a line with op
// "notice".
func (j *JSON) Notice(fact, hint string) error {
	return j.Line(noticeLine{Format: Format, Op: "notice", Notice: fact, Hints: []string{hint}})
}

type errorLine struct {
	Format int      `json:"format"`
	Op     string   `json:"op"`
	Error  string   `json:"error"`
	Hints  []string `json:"hints,omitempty"`
	Exit   int      `json:"exit"`
}

// Error writes an error with the exit code it alone would have: a line with op
// "error".
func (j *JSON) Error(err error, hints []string, exit int) error {
	return j.Line(errorLine{Format: Format, Op: "error", Error: err.Error(), Hints: hints, Exit: exit})
}
