package apply_test

import (
	"strings"
	"testing"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/plan"
)

// A delete that waits for a new name of a secret is held while others are done, and
// the name counts as shown only where that was all that held deletes.
func TestD17_P16_NameIsShownLast(t *testing.T) {
	for name, row := range map[string]struct {
		trouble func(b *bench)
		partial bool
		other   string // the delete that does not wait
		shown   bool
	}{
		"nothing amiss":     {func(*bench) {}, false, "done", true},
		"an upload fails":   {func(b *bench) { b.meets(refuse(ossserver.PutObject, "a", 400, "InvalidArgument")) }, false, "held", false},
		"no right to do it": {func(b *bench) { b.meets(refuse(ossserver.PutObject, "a", 403, "AccessDenied")) }, false, "", false},
		"a plan in part":    {func(*bench) {}, true, "held", false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			section := b.section(
				&plan.Skip{Path: ".env", Reason: plan.ReasonSecretNew},
				&plan.Record{Base: plan.Base{Path: ".env", Denied: true}},
				&plan.Upload{Path: "a", Reason: plan.ReasonNew, Local: b.write("a", "new")},
				&plan.DeleteRemote{Path: "x", Reason: plan.ReasonGone, Before: b.put("x", "old"), HeldFor: ".env"},
				&plan.DeleteRemote{Path: "y", Reason: plan.ReasonGone, Before: b.put("y", "other")})
			b.env.Partial = row.partial
			row.trouble(b)
			results, last := map[string]apply.Result{}, ""
			for r, err := range apply.Run(t.Context(), section, b.env) {
				if err == nil {
					results[r.Action.Where()], last = r, r.Action.Where()
				}
			}
			_, shown := results[".env"]
			if shown != row.shown || shown && last != ".env" {
				t.Errorf("shown %t, last %q", shown, last)
			}
			if x, begun := results["x"]; begun != (row.other != "") || begun && (x.Outcome != apply.Held || shown && !strings.Contains(x.Err.Error(), `".env"`)) {
				t.Errorf("%+v", x)
			}
			if y, begun := results["y"]; begun && y.Outcome.String() != row.other {
				t.Errorf("%+v", y)
			}
		})
	}
}
