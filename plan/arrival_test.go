package plan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/osssync/osssync/spec"
)

// Of a file that is new under a name of a secret only deletes of its size wait, of a
// folder, or of more sizes than are told apart, all do.
func TestD17_P16_DeletesThatWait(t *testing.T) {
	object := func(path string, size int64) Remote {
		return Remote{Path: path, Version: Version{Size: size, Modified: noon}}
	}
	many := make([]Local, maxArrivalSizes+1)
	for i := range many {
		many[i] = Local{Path: fmt.Sprintf("s%04d.pem", i), Stat: Stat{Size: int64(i) + 100}}
	}
	pems := func(n int) []Local { return many[:n] }
	for _, row := range []struct {
		name  string
		local []Local
		want  string // the deletes, with what they wait for
	}{
		{"none", nil, "a:, t:"},
		{"file", []Local{{Path: ".env", Stat: Stat{Size: 10}}}, "a:.env, t:"},
		{"later file", []Local{{Path: "z.pem", Stat: Stat{Size: 20}}}, "a:, t:z.pem"},
		{"two of a size", []Local{{Path: ".env", Stat: Stat{Size: 10}}, {Path: "b.pem", Stat: Stat{Size: 10}}}, "a:.env, t:"},
		{"another size", []Local{{Path: ".env", Stat: Stat{Size: 11}}}, "a:, t:"},
		{"folder", []Local{{Path: ".aws/", Problem: ReasonSecretName}}, "a:.aws/, t:.aws/"},
		{"folder, and a file", []Local{{Path: ".aws/", Problem: ReasonSecretName}, {Path: "z.pem", Stat: Stat{Size: 20}}}, "a:.aws/, t:.aws/"},
		{"as many sizes as are told apart", pems(maxArrivalSizes), "a:, t:"},
		{"more", pems(maxArrivalSizes + 1), "a:s1000.pem, t:s1000.pem"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s, rows := planned(t, policy(spec.Push, all), Sources{Local: seq(row.local...), Remote: seq(object("a", 10), object("t", 20))})
			var got []string
			for _, a := range rows {
				if d, ok := a.(*DeleteRemote); ok {
					got = append(got, d.Path+":"+d.HeldFor)
				}
			}
			if strings.Join(got, ", ") != row.want || s.Summary.Unmoved != 0 || s.Summary.Waiting != int64(2-strings.Count(row.want+",", ":,")) {
				t.Errorf("got %s, want %s; %d wait", strings.Join(got, ", "), row.want, s.Summary.Waiting)
			}
		})
	}
}

// A folder of such a name into which the spec has to look is judged file by file, and
// holds what may have been renamed into it.
func TestD17_P16_FolderThatIsLookedInto(t *testing.T) {
	for folder, want := range map[string]int64{".aws/": 1, ".git/": 0, "x/.hg/y/": 0} {
		p := policy(spec.Push, all)
		p.Allows = func(string) bool { return false } // who cannot tell of folders looks into all
		s, _ := planned(t, p, Sources{Local: seq(Local{Path: folder + "x", Stat: statTen}), Remote: seq(Remote{Path: "z", Version: Version{Size: 10}})})
		if s.Summary.Waiting != want {
			t.Errorf("%s: %d deletes wait", folder, s.Summary.Waiting)
		}
	}
}

// A saved plan that lacks a delete which waits does not use up what it waits for: the
// next plan tells of it again.
func TestD17_P16_NarrowKeepsWaiting(t *testing.T) {
	held := &DeleteRemote{Path: "a", Reason: ReasonGone, HeldFor: "b.pem"}
	upload := &Upload{Path: "c", Reason: ReasonNew, Local: statTen}
	shown := &Record{Base{Path: "b.pem", Denied: true}}
	fresh := sectionOf(t, Header{}, held, &Skip{Path: "b.pem", Reason: ReasonSecretNew}, shown, upload)
	for _, row := range []struct {
		saved  []Action
		record int64
	}{{[]Action{held, upload}, 1}, {[]Action{held}, 1}, {[]Action{upload}, 0}, {nil, 0}} {
		got, err := narrowed(t, fresh, sectionOf(t, Header{}, row.saved...))
		if err != nil {
			t.Fatal(err)
		}
		if got.Summary.Record != row.record {
			t.Errorf("%s: %d rows of the index", lines(row.saved), got.Summary.Record)
		}
	}
	loose := *held
	loose.HeldFor = ""
	if _, err := narrowed(t, fresh, sectionOf(t, Header{}, &loose)); err == nil {
		t.Error("a delete that waits is done as a saved plan says")
	}
}
