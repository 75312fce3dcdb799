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
