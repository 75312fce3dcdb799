package resumable

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// The mark of a caller stands in the names of all temporary files of a download.
func TestTempMark(t *testing.T) {
	const mark = "ABCDEFGHIJ234"
	for _, threshold := range []int64{0, NoThreshold} {
		r := remoteRig(t, noise(1, 3*kib))
		seen := 0
		r.change("GET", func() {
			for _, temp := range r.temps(t) {
				seen++
				if got := TempMark(filepath.ToSlash(temp)); got != mark || !IsTempName(temp) {
					t.Errorf("mark %q of %q", got, temp)
				}
			}
		})
		r.mustDownload(t, func(o *DownloadOptions) { o.Threshold, o.TempMark = threshold, mark })
		if seen == 0 {
			t.Error("no temporary file")
		}
		for _, bad := range []string{"A", mark + "A", "abcdefghijklm", "../../../../.."} {
			_, err := r.download(t, func(o *DownloadOptions) { o.TempMark = bad })
			if !errors.Is(err, ErrInvalid) {
				t.Errorf("%q: error %v", bad, err)
			}
		}
	}
	if got := TempMark("notes.txt"); got != "" {
		t.Errorf("mark %q of no temporary file", got)
	}
}

func TestDropUnfinished(t *testing.T) {
	dir := t.TempDir()
	s, err := NewFileStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	key := storeKey("", "bucket", "key", "", "/file")
	if err := s.Put(key, []byte("{}")); err != nil {
		t.Fatal(err)
	}
	young := filepath.Join(dir, unfinishedPrefix+"1")
	if err := os.WriteFile(young, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.DropUnfinished(); err != nil {
		t.Fatal(err)
	}
	if record, err := s.Get(key); err != nil || record == nil {
		t.Errorf("record %q, %v", record, err)
	}
	if _, err := os.Lstat(young); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("unfinished record: %v", err)
	}
}
