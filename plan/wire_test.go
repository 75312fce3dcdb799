package plan

import (
	"bytes"
	"strings"
	"testing"
)

// A row is taken only in the one form that this program writes.
func TestY13_StrictRows(t *testing.T) {
	const (
		stat    = `"local":{"size":1,"mtime_ns":2}`
		version = `{"size":1,"etag":"E","modified":"2026-05-01T12:00:00Z"}`
		good    = `{"op":"delete-remote","path":"a","reason":"gone","before_remote":` + version + `}`
	)
	if _, err := new(decoder).decode([]byte(good)); err != nil {
		t.Fatal(err)
	}
	replace := func(old, new string) string { return strings.Replace(good, old, new, 1) }
	for _, row := range []struct{ name, line, want string }{
		{"not JSON", `delete a`, "invalid character"},
		{"no object", `[]`, "cannot unmarshal"},
		{"null", `null`, `unknown op ""`},
		{"unknown op", replace("delete-remote", "delete-all"), `unknown op "delete-all"`},
		{"frame word", `{"op":"begin","path":""}`, `unknown op "begin"`},
		{"unknown field", replace(`"path"`, `"force":true,"path"`), "form"},
		{"repeated field", replace(`"path":"a"`, `"path":"a","path":"a"`), "form"},
		{"repeated field, other value", replace(`"path":"a"`, `"path":"b","path":"a"`), "form"},
		{"field in another case", replace(`"path"`, `"Path"`), "form"},
		{"case variant beside the field", replace(`"path":"a"`, `"path":"b","PATH":"a"`), "form"},
		{"fields in another order", `{"path":"a","op":"forget","reason":"forgotten"}`, "form"},
		{"space", replace(`,"path"`, `, "path"`), "form"},
		{"trailing data", good + `{}`, "after top-level value"},
		{"escaped otherwise", replace(`"path":"a"`, `"path":"\u0061"`), "form"},
		{"field of another op", replace(`"reason"`, `"detail":"x","reason"`), "form"},
		{"reason of another op", `{"op":"forget","path":"a","reason":"gone"}`, "form"},
		{"unknown reason", replace(`"gone"`, `"because"`), `unknown reason "because"`},
		{"no reason", replace(`"reason":"gone",`, ``), `unknown reason ""`},
		{"zero written out", `{"op":"conflict","path":"a","reason":"fifo","phase":0}`, "form"},
		{"number as text", replace(`"size":1`, `"size":"1"`), "cannot unmarshal"},
		{"number with exponent", replace(`"size":1`, `"size":1e0`), "cannot unmarshal"},
		{"number too large", replace(`"size":1`, `"size":9223372036854775808`), "cannot unmarshal"},
		{"negative size", replace(`"size":1`, `"size":-1`), "negative number"},
		{"negative bytes", `{"op":"abort-upload","path":"a","reason":"gone","upload_id":"1","started":"2026-05-01T12:00:00Z","bytes":-1}`, "negative number"},
		{"negative size in a record", `{"op":"record","path":"a","reason":"same","base":{"local":{"size":-1,"mtime_ns":0},"remote":` + version + `,"sums":{}}}`, "negative number"},
		{"time in another form", replace(`12:00:00Z`, `12:00:00.0Z`), "form"},
		{"no time", replace(`"2026-05-01T12:00:00Z"`, `"noon"`), "parsing time"},
		{"base64 of UTF-8", `{"op":"forget","path":"","path_base64":"YQ==","reason":"forgotten"}`, "form"},
		{"base64 beside a path", `{"op":"forget","path":"a","path_base64":"/w==","reason":"forgotten"}`, "form"},
		{"upload without file", `{"op":"upload","path":"a","reason":"new"}`, `upload "a" lacks a field`},
		{"resume without start", `{"op":"resume-upload","path":"a","reason":"new",` + stat + `,"upload_id":"1"}`, "lacks a field"},
		{"resume without id", `{"op":"resume-upload","path":"a","reason":"new",` + stat + `,"started":"2026-05-01T12:00:00Z"}`, "lacks a field"},
		{"download without object", `{"op":"download","path":"a","reason":"new"}`, "lacks a field"},
		{"set-meta without sums", `{"op":"set-meta","path":"a","reason":"new","remote":` + version + `,` + stat + `}`, "lacks a field"},
		{"delete-remote without expectation", `{"op":"delete-remote","path":"a","reason":"gone"}`, "lacks a field"},
		{"delete-local without expectation", `{"op":"delete-local","path":"a","reason":"gone"}`, "lacks a field"},
		{"abort without id", `{"op":"abort-upload","path":"a","reason":"gone","started":"2026-05-01T12:00:00Z"}`, "lacks a field"},
		{"keep without start", `{"op":"keep-upload","path":"a","reason":"gone","upload_id":"1"}`, "lacks a field"},
		{"record without row", `{"op":"record","path":"a","reason":"same"}`, "lacks a field"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a, err := new(decoder).decode([]byte(row.line))
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, %v\nwant %s", a, err, row.want)
			}
		})
	}
}

// What is accepted is written again byte for byte, and is what encoding/json finds
// in the line; what the reference refuses is refused.
func FuzzDecodeAction(f *testing.F) {
	for _, a := range everyAction() {
		line, err := new(encoder).encode(a)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		a, err := new(decoder).decode(line)
		sameAsReference(t, line, a, err)
		if err != nil {
			return
		}
		if !a.Why().Known() || a.Cost().Bytes < 0 || a.Cost().Requests < 0 {
			t.Errorf("accepted %s", line)
		}
		again, err := new(encoder).encode(a)
		if err != nil || !bytes.Equal(again, line) {
			t.Errorf("accepted %s, wrote %s, %v", line, again, err)
		}
	})
}
