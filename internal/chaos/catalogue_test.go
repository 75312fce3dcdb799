package chaos

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/osssync/osssync/internal/chaos/ground"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/plan"
)

// TestFaultText writes and reads every fault of the catalogue.
func TestFaultText(t *testing.T) {
	n := 0
	for _, op := range operations {
		for _, f := range faultsOn(op, 3) {
			n++
			if got, err := parseFault(f.String()); err != nil || got != f {
				t.Errorf("%s: %+v, %v", f, got, err)
			}
		}
	}
	if n < 500 {
		t.Errorf("only %d faults", n)
	}
	for _, text := range []string{"", "PutObject", "PutObject#0/before/close", "PutObject#1/before/nothing", "PutObject#1/body:3/close", "Dial#1/after/refuse", "PutObject#1/sending/close"} {
		if f, err := parseFault(text); err == nil {
			t.Errorf("%q: %+v", text, f)
		}
	}
}

// TestEveryFaultStrikes has each kind strike once, and wants the run to notice
// that an exchange was disturbed.
func TestEveryFaultStrikes(t *testing.T) {
	missing := map[string]bool{}
	for _, k := range catalogue {
		missing[k.name] = true
	}
	for _, text := range []string{
		"push,all,page=1,workers=1; local+a.html=204801 local+b=3 remote+c=4 headers=1",
		"pull,all,page=1,workers=1; remote+a=204801 remote+b=3",
	} {
		s, err := parseSchedule(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range catalogue {
			for _, op := range operations {
				if i := slices.IndexFunc(k.at, func(at point) bool { return k.fits(op, at) }); i >= 0 && missing[k.name] {
					f := fault{op: op, nth: 1, at: k.at[i], do: k.name}
					s.steps[0].faults = []fault{f}
					synctest.Test(t, func(t *testing.T) {
						last, err := rehearse(ground.Memory(t)+"/world", s)
						if err != nil {
							t.Errorf("%s: %v", f, err)
						}
						if last != nil && len(last.struck) > 0 {
							delete(missing, k.name)
						}
					})
				}
			}
		}
	}
	if len(missing) > 0 {
		t.Errorf("no request met %v", missing)
	}
}

// TestOracle shows each point of the oracle something that is wrong.
func TestOracle(t *testing.T) {
	for _, c := range []struct {
		point string
		spoil func(o *outcome)
	}{
		{"(a)", func(o *outcome) { delete(o.after.objects, "kept") }},
		{"(a)", func(o *outcome) { o.after.files["kept"] = "other" }},
		{"(b)", func(o *outcome) {
			o.events = append(o.events, ossserver.Exchange{Request: ossserver.Request{Operation: ossserver.DeleteObject, Key: prefix + "kept"}, Status: 204})
		}},
		{"(b)", func(o *outcome) { o.rows = append(o.rows, &plan.DeleteRemote{Path: "kept"}) }},
		{"(c)", func(o *outcome) { o.after.objects["kept"] = "torn" }},
		{"(d)", func(o *outcome) { o.after.beside["oss://www0"] = "touched" }},
		{"(d)", func(o *outcome) { o.strays = []string{"a request"} }},
		{"(e)", func(o *outcome) { o.report.Done++ }},
		{"(e)", func(o *outcome) { o.after.objects["new"] = o.after.objects["kept"] }},
		{"(g)", func(o *outcome) { o.sent += 1000 }},
		{"(i)", func(o *outcome) { o.output.WriteString("key=" + secret) }},
	} {
		synctest.Test(t, func(t *testing.T) {
			w, err := openWorld(ground.Memory(t)+"/world", scene{push: true, prune: "managed", workers: 1})
			if err != nil {
				t.Fatal(err)
			}
			defer w.close()
			if _, err := w.advance(step{edits: []edit{{verb: localWrite, path: "kept", size: 3}}}); err != nil {
				t.Fatal(err)
			}
			if err := w.do(edit{verb: localWrite, path: "new", size: 4}); err != nil {
				t.Fatal(err)
			}
			o, err := w.run(how{})
			if err != nil || w.judge(o) != nil {
				t.Fatalf("%v, %v", err, w.judge(o))
			}
			c.spoil(o)
			if err := w.judge(o); err == nil || !strings.Contains(err.Error(), c.point) {
				t.Errorf("%s: %v", c.point, err)
			}
		})
	}
}

// TestShrink leaves of a schedule what it takes to fail.
func TestShrink(t *testing.T) {
	s := draw(7, 3)
	s.steps = append(s.steps, step{edits: []edit{{verb: localRemove, path: "culprit"}}})
	fails := func(s schedule) bool { return strings.Contains(s.String(), "local-culprit") }
	small := shrink(s, 1000, fails)
	if text := small.String(); !strings.HasSuffix(text, ",page=0,workers=1; local-culprit") {
		t.Errorf("%s", text)
	}
}
