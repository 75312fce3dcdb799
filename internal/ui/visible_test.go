package ui

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/osssync/osssync/plan"
)

// No character of a name that does not show gets into JSON as it is, and all of
// them come out of it again.
func TestK16_JSON(t *testing.T) {
	name := "a\x7f\u009b31m\u0085\u202e\u2066\u200b\u2028\ufeff\U000e0041\u3164\u2800\ufe0f\U000e0100\x1b[2J\n中文 😀\u00a0\ufffd"
	var b bytes.Buffer
	if err := NewJSON(&b).Line(map[string]string{"path": name}); err != nil {
		t.Fatal(err)
	}
	for _, r := range strings.TrimSuffix(b.String(), "\n") {
		if !plan.Shows(r) {
			t.Errorf("%U in %q", r, b.String())
		}
	}
	var back map[string]string
	if err := json.Unmarshal(b.Bytes(), &back); err != nil || back["path"] != name {
		t.Errorf("%q, %v", back["path"], err)
	}
}
