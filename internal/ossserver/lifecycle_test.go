package ossserver

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestLifecycleOverlap: what one object can meet must be in order, and not twice
// the same unless the request says so.
func TestLifecycleOverlap(t *testing.T) {
	h := newHarness(t)
	rule := func(prefix, rest string) string {
		return "<Rule><Prefix>" + prefix + "</Prefix><Status>Enabled</Status>" + rest + "</Rule>"
	}
	days := func(name string, n int) string { return fmt.Sprintf("<%s><Days>%d</Days></%s>", name, n, name) }
	to := func(class string, n int) string {
		return fmt.Sprintf("<Transition><Days>%d</Days><StorageClass>%s</StorageClass></Transition>", n, class)
	}
	expire, abort := days("Expiration", 60), days("AbortMultipartUpload", 3)
	const byDate = "<Expiration><Date>2026-05-01T00:00:00Z</Date></Expiration>"
	const tagged = "<Tag><Key>a</Key><Value>1</Value></Tag>"
	const filter = "<Filter><Not><Prefix>logs1</Prefix></Not></Filter>"
	for name, row := range map[string]struct {
		rules          string
		plain, allowed string // error codes without and with the header
	}{
		"apart":                    {rule("a/", expire) + rule("b/", expire), "", ""},
		"one within the other":     {rule("a", expire) + rule("a/b", byDate), "InvalidArgument", ""},
		"in other order":           {rule("a/b", expire) + rule("c", expire) + rule("a", expire), "InvalidArgument", ""},
		"the same prefix":          {rule("a", abort) + rule("a", abort), "InvalidArgument", ""},
		"all and some":             {rule("", expire) + rule("z", expire), "InvalidArgument", ""},
		"two within one, apart":    {rule("a", to("IA", 3)) + rule("a/b", expire) + rule("a/c", expire), "", ""},
		"second of two in one":     {rule("a", expire) + rule("a/b", abort) + rule("a/c", expire), "InvalidArgument", ""},
		"other actions":            {rule("a", expire) + rule("a/b", abort), "", ""},
		"other classes":            {rule("a", to("IA", 3)) + rule("a/b", to("Archive", 4)), "", ""},
		"disabled":                 {rule("a", expire) + strings.Replace(rule("a/b", expire), "Enabled", "Disabled", 1), "", ""},
		"other tags":               {rule("a", expire) + rule("a/b", tagged+expire), "", ""},
		"same tags":                {rule("a", tagged+expire) + rule("a/b", tagged+expire), "InvalidArgument", ""},
		"filtered":                 {rule("a", filter+expire) + rule("a/b", expire), "", ""},
		"colder first":             {rule("a", to("IA", 45)) + rule("a/b", to("Archive", 40)), "InvalidArgument", "InvalidArgument"},
		"gone first":               {rule("a", to("Archive", 60)) + rule("a/b", expire), "InvalidArgument", "InvalidArgument"},
		"colder first, three deep": {rule("a", to("IA", 45)) + rule("a/b", abort) + rule("a/b/c", to("Archive", 40)), "InvalidArgument", "InvalidArgument"},
	} {
		for _, allow := range []string{"", "false", "true"} {
			doc := "<LifecycleConfiguration>" + row.rules + "</LifecycleConfiguration>"
			want := row.plain
			if allow == "true" {
				want = row.allowed
			}
			got := h.raw("PUT", "/"+testBucket+"/?lifecycle", []byte(doc), "x-oss-allow-same-action-overlap", allow)
			if got.code() != want {
				t.Errorf("%s, allowed %q: %d %s, want %q", name, allow, got.status, got.code(), want)
			}
			if name == "one within the other" && allow == "" && !strings.Contains(string(got.body), "<Message>Overlap for same action type Expiration</Message>") {
				t.Errorf("%s", got.body)
			}
		}
	}
}

// TestLifecycleLarge: the most rules there can be are judged at once.
func TestLifecycleLarge(t *testing.T) {
	actions := strings.Repeat("<Transition><Days>1</Days><StorageClass>IA</StorageClass></Transition>", maxLifecycleActions)
	rule := "<Rule><Prefix>a</Prefix><Status>Enabled</Status>" + actions + "</Rule>"
	start := time.Now()
	if err := checkLifecycle([]byte("<LifecycleConfiguration>" + strings.Repeat(rule, maxLifecycleRules) + "</LifecycleConfiguration>")); err != nil {
		t.Error(err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}
