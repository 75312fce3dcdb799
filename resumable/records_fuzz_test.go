package resumable

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"path/filepath"
	"testing"
)

func FuzzRecords(f *testing.F) {
	f.Add([]byte(`{"version":1,"op_type":"ResumableUpload","upload_id":"U","token":"T","headers_md5":"H","size":10,"part_size":3}`))
	f.Add([]byte(`{"version":1,"op_type":"ResumableDownload","etag":"E","temp":".osssync-tmp-ABCDEFGHIJKLMNOPQRSTUVWXYZ","size":10,"part_size":3,"parts":[{"part_number":4,"part_crc":18446744073709551615}]}`))
	f.Add([]byte(`{"version":1,"op_type":"ResumableUpload","token":"T","headers_md5":"H","size":10,"part_size":3,"begun":[{"since":"2026-01-02T03:04:05Z","until":"2026-01-02T03:08:05Z","uploads":2}]}`))
	f.Add([]byte(`hello}`))
	const head = `{"version":1,"op_type":"ResumableDownload","etag":"E","temp":".osssync-tmp-ABCDEFGHIJKLMNOPQRSTUVWXYZ","size":10,"part_size":3,"parts":[]}` + "\n"
	for _, lines := range []string{
		"1 00000000000000ff ?\n4 ffffffffffffffff ?\n", // each ? stands for the check that is right
		"2 0000000000000001 ?\n2 0000000000000001 ?\n2 0000000000000002 ?\n", "1 0000000000000001 ?\n3 00000000", "1 0000000000000001 ?",
		"1 0000000000000001 89abcdef\n2 0000000000000001 ?\n", "5 0000000000000001 ?\n1 0000000000000001 ?\n", "0 0000000000000001 ?\n",
		"-1 0000000000000001 ?\n", "\x00\x00\x00\x00\n1 0000000000000001 ?\n",
	} {
		f.Add([]byte(head + lines))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		data = completed(data)
		up := binding{Version: recordVersion, Op: OpUpload}
		if rec, err := decodeUpload(data, up); err == nil {
			if n := cut(rec.Size, rec.PartSize).count; n < 1 || int64(n) > maxParts || rec.UploadID == "" && len(rec.Begun) == 0 {
				t.Errorf("accepted %+v", rec)
			}
			sameAgain(t, rec, func(data []byte) (*uploadRecord, error) { return decodeUpload(data, up) })
		}
		down := binding{Version: recordVersion, Op: OpDownload}
		if rec, err := decodeDownload(data, down); err == nil {
			n := cut(rec.Size, rec.PartSize).count
			for _, r := range rec.Done {
				if r.Number < 1 || r.Number > n {
					t.Errorf("accepted range %d of %d", r.Number, n)
				}
			}
			if !isTempBase(rec.Temp) || filepath.Base(rec.Temp) != rec.Temp {
				t.Errorf("accepted temp %q", rec.Temp)
			}
			sameAgain(t, rec, func(data []byte) (*downloadRecord, error) { return decodeDownload(data, down) })
		}
	})
}

// completed seals a record, and gives the lines after it their checks.
func completed(data []byte) []byte {
	put, lines := splitLines(data)
	sealed, err := seal(json.RawMessage(put))
	if err != nil {
		return data
	}
	record := checksum(sealed)
	for line := range bytes.Lines(lines) {
		if said, open := bytes.CutSuffix(line, []byte(" ?\n")); open {
			line = fmt.Appendf(nil, "%s %08x\n", said, crc32.Update(record, castagnoli, said))
		}
		sealed = append(sealed, line...)
	}
	return sealed
}

// sameAgain checks that a record that was accepted is read again as it is written.
func sameAgain[R any](t *testing.T, rec *R, decode func([]byte) (*R, error)) {
	t.Helper()
	data, err := seal(rec)
	if err != nil {
		t.Fatal(err)
	}
	again, err := decode(data)
	if err != nil {
		t.Fatalf("accepted, and not again: %+v: %v", rec, err)
	}
	if written, err := seal(again); err != nil || !bytes.Equal(written, data) {
		t.Fatalf("%s\nis read as what is written\n%s (%v)", data, written, err)
	}
}
