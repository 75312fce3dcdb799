package plan

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/osssync/osssync/spec"
)

func TestM5_Pending(t *testing.T) {
	const week = 7 * 24 * time.Hour
	ago := func(d time.Duration) time.Time { return noon.Add(-d) }
	upload := &Upload{Path: "p", Reason: ReasonNew, Local: statTen}
	lost := func(times ...Unrecorded) []Unrecorded { return times }
	within := func(from, to time.Duration, uploads int) Unrecorded {
		return Unrecorded{Since: ago(from), Until: ago(to), Uploads: uploads}
	}
	one := lost(within(9*week, 0, 1))
	for _, row := range []struct {
		name    string
		pending []Pending
		content Action
		after   time.Duration
		now     time.Time
		want    string
	}{
		{"none", nil, upload, week, noon, "upload new"},
		{"ours and due", []Pending{{UploadID: "1", Started: ago(week), Owned: true, Source: &statTen}}, upload, week, noon, "resume-upload new"},
		{"ours, chmod since", []Pending{{UploadID: "1", Started: ago(week), Owned: true, Source: &Stat{Size: statTen.Size, MtimeNs: statTen.MtimeNs, CtimeNs: 1, Inode: statTen.Inode}}}, upload, week, noon, "resume-upload new"},
		{"ours, nothing due", []Pending{{UploadID: "1", Started: ago(9 * week), Owned: true, Source: &statTen}}, nil, week, noon, "abort-upload upload-stale"},
		{"ours, nothing due, young", []Pending{{UploadID: "1", Started: ago(time.Hour), Owned: true, Source: &statTen}}, nil, week, noon, "keep-upload upload-young"},
		{"ours, file changed since", []Pending{{UploadID: "1", Started: ago(week), Owned: true, Source: &statOther}}, upload, 0, noon, "upload new, abort-upload upload-replaced"},
		{"ours, too small for parts now", []Pending{{UploadID: "1", Started: ago(week), Owned: true, Source: &statTen}}, upload, -week, noon, "upload new, abort-upload upload-replaced"},
		{"ours, conflict", []Pending{{UploadID: "1", Started: ago(9 * week), Owned: true, Source: &statTen}}, &Conflict{Path: "p", Reason: ReasonFIFO}, week, noon, "conflict fifo, keep-upload upload-owned"},
		{"another checkpoint's, content due", []Pending{{UploadID: "1", Started: ago(9 * week), Owned: true}}, upload, week, noon, "upload new, keep-upload upload-owned"},
		{"another checkpoint's, nothing due", []Pending{{UploadID: "1", Started: ago(9 * week), Owned: true}}, nil, week, noon, "keep-upload upload-owned"},
		{"two of ours", []Pending{{UploadID: "1", Owned: true, Source: &statTen}, {UploadID: "2", Owned: true}}, upload, week, noon, "resume-upload new, keep-upload upload-owned"},
		{"M5 no policy", []Pending{{UploadID: "1", Started: ago(99 * week)}}, nil, 0, noon, "keep-upload upload-no-policy"},
		{"M5 stale", []Pending{{UploadID: "1", Started: ago(week)}}, nil, week, noon, "abort-upload upload-stale"},
		{"M5 young by a second", []Pending{{UploadID: "1", Started: ago(week - time.Second)}}, nil, week, noon, "keep-upload upload-young"},
		{"M5 old, but a part is young", []Pending{{UploadID: "1", Started: ago(9 * week), Newest: ago(time.Hour)}}, nil, week, noon, "keep-upload upload-young"},
		{"M5 old, its parts too", []Pending{{UploadID: "1", Started: ago(9 * week), Newest: ago(8 * week)}}, nil, week, noon, "abort-upload upload-stale"},
		{"M5 clock unknown", []Pending{{UploadID: "1", Started: ago(9 * week)}}, nil, week, time.Time{}, "keep-upload upload-young"},
		{"M5 start unknown", []Pending{{UploadID: "1"}}, nil, week, noon, "keep-upload upload-young"},
		{"M5 of the future", []Pending{{UploadID: "1", Started: ago(-week)}}, nil, week, noon, "keep-upload upload-young"},
		{"stale beside one that goes on", []Pending{{UploadID: "1", Started: ago(week)}, {UploadID: "2", Owned: true, Source: &statTen}}, upload, week, noon,
			"resume-upload new, abort-upload upload-stale"},
		{"M4 unrecorded", []Pending{{UploadID: "1", Started: ago(time.Minute), Unrecorded: one}}, upload, week, noon, "upload new, abort-upload upload-unrecorded"},
		{"M4 unrecorded, no policy, nothing due", []Pending{{UploadID: "1", Started: ago(time.Minute), Unrecorded: one}}, nil, 0, noon, "abort-upload upload-unrecorded"},
		{"M4 unrecorded beside one that goes on", []Pending{{UploadID: "1", Started: ago(time.Minute), Unrecorded: one}, {UploadID: "2", Owned: true, Source: &statTen}}, upload, week, noon,
			"resume-upload new, abort-upload upload-unrecorded"},
		{"M4 unrecorded beside somebody's", []Pending{{UploadID: "1", Started: ago(time.Minute)}, {UploadID: "2", Started: ago(time.Minute), Unrecorded: one}}, nil, week, noon,
			"keep-upload upload-young, abort-upload upload-unrecorded"},
		{"M4 one of two, which nobody can tell", []Pending{{UploadID: "1", Started: ago(time.Minute), Unrecorded: one}, {UploadID: "2", Started: ago(time.Minute), Unrecorded: one}}, nil, week, noon,
			"keep-upload upload-ambiguous, keep-upload upload-ambiguous"},
		{"M4 one of two, no policy", []Pending{{UploadID: "1", Started: ago(time.Minute), Unrecorded: one}, {UploadID: "2", Started: ago(time.Minute), Unrecorded: one}}, nil, 0, noon,
			"keep-upload upload-ambiguous, keep-upload upload-ambiguous"},
		{"M4 one of two, old", []Pending{{UploadID: "1", Started: ago(week), Unrecorded: one}, {UploadID: "2", Started: ago(week), Unrecorded: one}}, nil, week, noon,
			"abort-upload upload-stale, abort-upload upload-stale"},
		{"M4 two of two", []Pending{{UploadID: "1", Started: ago(time.Minute), Unrecorded: lost(within(week, 0, 2))}, {UploadID: "2", Started: ago(time.Minute), Unrecorded: lost(within(week, 0, 2))}}, nil, 0, noon,
			"abort-upload upload-unrecorded, abort-upload upload-unrecorded"},
		{"K15 unrecorded, refused key", []Pending{{Path: "a/../p", UploadID: "1", Unrecorded: one}}, nil, week, noon, "keep-upload dot-segment"},
		{"K15 refused key", []Pending{{Path: "a/../p", UploadID: "1", Started: ago(9 * week)}}, nil, week, noon, "keep-upload dot-segment"},
		{"K15 refused key, owned", []Pending{{Path: "a//p", UploadID: "1", Owned: true}}, nil, week, noon, "keep-upload empty-segment"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := policy(spec.Push, all)
			p.AbortAfter, p.Now = row.after, row.now
			p.Threshold = 10
			if row.after < 0 {
				p.AbortAfter, p.Threshold = -row.after, 11
			}
			for i := range row.pending {
				if row.pending[i].Path == "" {
					row.pending[i].Path = "p"
				}
			}
			content, uploads := p.pending(&State{Path: "p", LocalIs: Absent, Pending: row.pending}, row.content)
			var got []string
			if content != nil {
				uploads = append([]Action{content}, uploads...)
			}
			for _, a := range uploads {
				got = append(got, fmt.Sprintf("%s %s", a.op(), a.Why()))
			}
			if strings.Join(got, ", ") != row.want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), row.want)
			}
		})
	}
}

// TestM4_M5_AllCanBeOurs: uploads that a run may have begun go only if each of them
// can be one of those that were, by the times of all and how many each has.
func TestM4_M5_AllCanBeOurs(t *testing.T) {
	at := func(minute int) time.Time { return noon.Add(time.Duration(minute) * time.Minute) }
	within := func(from, to, uploads int) Unrecorded { return Unrecorded{at(from), at(to), uploads} }
	for _, row := range []struct {
		name    string
		lost    []Unrecorded
		started []int // minutes
		want    bool
	}{
		{"one in its time", []Unrecorded{within(0, 4, 1)}, []int{2}, true},
		{"at the ends", []Unrecorded{within(0, 4, 2)}, []int{0, 4}, true},
		{"one too many", []Unrecorded{within(0, 4, 1)}, []int{2, 3}, false},
		{"fewer than there may be", []Unrecorded{within(0, 4, 3)}, []int{2}, true},
		{"two runs, one each", []Unrecorded{within(0, 4, 1), within(10, 14, 1)}, []int{1, 12}, true},
		{"two runs, both of one", []Unrecorded{within(0, 4, 1), within(10, 14, 1)}, []int{1, 2}, false},
		{"between the two", []Unrecorded{within(0, 4, 1), within(10, 14, 1)}, []int{7}, false},
		{"times overlap, the second in both", []Unrecorded{within(0, 4, 1), within(2, 6, 1)}, []int{1, 3}, true},
		{"times overlap, the first in both", []Unrecorded{within(0, 4, 1), within(2, 6, 1)}, []int{3, 5}, true},
		{"times overlap, both in the first alone", []Unrecorded{within(0, 4, 1), within(2, 6, 1)}, []int{0, 1}, false},
		{"times overlap, three", []Unrecorded{within(0, 4, 1), within(2, 6, 1)}, []int{1, 3, 5}, false},
		{"a short one inside a long one", []Unrecorded{within(0, 10, 1), within(2, 4, 1)}, []int{3, 9}, true},
		{"in no order", []Unrecorded{within(2, 6, 1), within(0, 4, 1)}, []int{5, 1}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := &State{Pending: []Pending{{UploadID: "of somebody", Started: at(3)}}}
			for _, minute := range row.started {
				s.Pending = append(s.Pending, Pending{Started: at(minute), Unrecorded: row.lost})
			}
			for range 2 { // judging changes nothing
				if got := s.unrecorded(); got != row.want {
					t.Errorf("%t, want %t", got, row.want)
				}
			}
		})
	}
}
