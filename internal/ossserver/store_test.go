package ossserver

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc64"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	bolt "go.etcd.io/bbolt"
	"pgregory.net/rapid"
)

// TestSweep: files without a record go, those with one stay.
func TestSweep(t *testing.T) {
	h := newHarness(t)
	body := randomBytes(inlineLimit + 1)
	h.put("k", string(body))
	id := h.initiate("u")
	h.part("u", id, 1, []byte("part"))
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"00000000000000ff", "0000000000000000", "no-number", "deadbeefdeadbeefdeadbeef"} {
		if err := os.WriteFile(filepath.Join(h.dir, "content", name), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h.open()
	if n := h.contentFiles(); n != 2 {
		t.Errorf("%d content files, want 2", n)
	}
	if !bytes.Equal(h.get("k"), body) {
		t.Error("object differs")
	}
	// New files do not take the name of one that is in use.
	h.put("other", string(body))
	if err := h.complete("u", id, map[string]string{"x-oss-complete-all": "yes"}); err != nil {
		t.Error(err)
	}
	if got := string(h.get("u")); got != "part" {
		t.Errorf("upload gives %q", got)
	}
}

func TestFormatRefused(t *testing.T) {
	dir := t.TempDir()
	db, err := bolt.Open(filepath.Join(dir, "names.db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		b, err := tx.CreateBucket(rootFormat)
		if err != nil {
			return err
		}
		return b.Put(inRecord, []byte("1"))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	if s, err := Open(Options{Dir: dir}); err == nil {
		s.Close()
		t.Error("opened a directory of another format")
	}
}

// TestReaderKeepsContent: a reader that began before a delete or an overwrite
// reads all of the old body, and its files go with the last such reader.
func TestReaderKeepsContent(t *testing.T) {
	h := newHarness(t)
	body := randomBytes(3 * minPartSize)
	id := h.initiate("k")
	for i := range 3 {
		h.part("k", id, int32(i+1), body[i*minPartSize:][:minPartSize])
	}
	if err := h.complete("k", id, map[string]string{"x-oss-complete-all": "yes"}); err != nil {
		t.Fatal(err)
	}
	var readers []*reader
	for range 2 {
		_, r, err := h.store.openObject(target{bucket: testBucket, key: "k"})
		if err != nil {
			t.Fatal(err)
		}
		readers = append(readers, r)
	}
	h.put("k", "new")
	for i, r := range readers {
		if n := h.contentFiles(); n != 3 {
			t.Fatalf("%d content files before reader %d, want 3", n, i)
		}
		var got bytes.Buffer
		if err := r.writeRange(&got, 0, int64(len(body))); err != nil || !bytes.Equal(got.Bytes(), body) {
			t.Errorf("reader %d: %d bytes, %v", i, got.Len(), err)
		}
		r.close()
	}
	if n := h.contentFiles(); n != 0 {
		t.Errorf("%d content files after the last reader", n)
	}
	if len(h.store.pins) != 0 {
		t.Errorf("%d pins left", len(h.store.pins))
	}
}

// TestReadersAgainstWriters: each GET sees one version whole.
func TestReadersAgainstWriters(t *testing.T) {
	h := newHarness(t)
	version := func(i int) []byte { return bytes.Repeat([]byte{byte(i)}, 40_000+i) }
	h.put("k", string(version(0)))
	var workers sync.WaitGroup
	stop := make(chan struct{})
	for range 3 {
		workers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				got := h.get("k")
				if !bytes.Equal(got, version(len(got)-40_000)) {
					t.Error("torn read")
					return
				}
			}
		})
	}
	for i := 1; i < 60; i++ {
		h.put("k", string(version(i)))
	}
	close(stop)
	workers.Wait()
	if n := h.contentFiles(); n != 1 {
		t.Errorf("%d content files", n)
	}
}

// TestCommitGroup: in one group a refusal concerns only its own change, and a
// failure is found by giving each change a transaction of its own.
func TestCommitGroup(t *testing.T) {
	h := newHarness(t)
	broken := errors.New("broken")
	var group []*change
	for i := range 6 {
		group = append(group, &change{result: make(chan error, 1), apply: func(tx *transaction) error {
			switch i {
			case 2:
				return noSuchKey("k")
			case 4:
				if _, err := tx.createBucket("half", bucketRecord{}); err != nil {
					return err
				}
				return broken
			}
			_, err := tx.createBucket(fmt.Sprintf("made-%d", i), bucketRecord{})
			return err
		}})
	}
	h.store.commitGroup(group)
	for i, c := range group {
		err := <-c.result
		refused := (*apiError)(nil)
		if want := i == 2; errors.As(err, &refused) != want {
			t.Errorf("change %d: %v", i, err)
		}
		if want := i == 4; errors.Is(err, broken) != want {
			t.Errorf("change %d: %v", i, err)
		}
	}
	for name, want := range map[string]bool{"made-0": true, "made-2": false, "made-5": true, "half": false} {
		if _, err := h.store.bucketRecord(name); (err == nil) != want {
			t.Errorf("bucket %q: %v", name, err)
		}
	}
}

// TestBodyBroken: a body that breaks off leaves neither a name nor a file.
func TestBodyBroken(t *testing.T) {
	h := newHarness(t)
	for _, size := range []int{100, 200_000} {
		r := newSignedRequest(t, "PUT", "http://127.0.0.1/"+testBucket+"/k", io.MultiReader(bytes.NewReader(randomBytes(size)), failingReader{}))
		r.ContentLength = int64(size) + 10
		if resp, err := h.http.Do(r); err == nil {
			resp.Body.Close()
		}
	}
	if err := h.Close(); err != nil { // waits for the handlers
		t.Fatal(err)
	}
	if n := h.contentFiles(); n != 0 {
		t.Errorf("%d content files left", n)
	}
	h.open()
	if names := h.names("", "", 10); names != nil {
		t.Errorf("left %q", names)
	}
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, errors.New("client fails") }

func TestRecordRoundTrip(t *testing.T) {
	text := rapid.StringN(0, 20, 40)
	rapid.Check(t, func(t *rapid.T) {
		o := objectRecord{
			kind: text.Draw(t, "kind"), etag: text.Draw(t, "etag"), class: text.Draw(t, "class"),
			size: rapid.Int64Min(0).Draw(t, "size"), modified: rapid.Int64Min(0).Draw(t, "modified"),
			crc: rapid.Uint64().Draw(t, "crc"), blob: rapid.Uint64().Draw(t, "blob"),
			order: rapid.Uint64Max(1<<63-1).Draw(t, "order"), null: rapid.Bool().Draw(t, "null"),
			restored:   restoration{ready: rapid.Int64Min(0).Draw(t, "ready"), end: rapid.Int64Min(0).Draw(t, "end")},
			attributes: attributes{Meta: map[string]string{"k": text.Draw(t, "meta")}, Tags: "a=b"},
		}
		record, err := o.encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := decodeObject(record)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(o, *got, cmp.AllowUnexported(objectRecord{}, attributes{}, restoration{})); d != "" {
			t.Fatalf("(-want +got):\n%s", d)
		}
		if _, err := decodeObject(record[:rapid.IntRange(0, len(record)-1).Draw(t, "cut")]); !errors.Is(err, errCorrupt) {
			t.Fatalf("cut record: %v", err)
		}

		p := partRecord{file: o.blob, size: o.size, modified: o.modified, crc: o.crc, md5: [16]byte{1}, state: o.etag}
		if q, err := decodePart(p.encode()); err != nil || q != p {
			t.Fatalf("part %+v, %v", q, err)
		}
		b := blob{refs: 1 + o.blob/2, inline: []byte(o.kind), segments: []segment{{o.blob, o.size}, {1, 0}}}
		c, err := decodeBlob(b.encode())
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(b, *c, cmp.AllowUnexported(blob{}, segment{})); d != "" {
			t.Fatalf("(-want +got):\n%s", d)
		}
	})
}

func TestCRCCombine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 300), 1, 5).Draw(t, "parts")
		var all []byte
		var crc uint64
		shift := &crcShift{}
		for _, p := range parts {
			all = append(all, p...)
			crc = shift.combine(crc, crc64.Checksum(p, crcTable), int64(len(p)))
		}
		if want := crc64.Checksum(all, crcTable); crc != want {
			t.Fatalf("got %d, want %d", crc, want)
		}
	})
	// Published check value of CRC-64/XZ.
	if got := crc64.Checksum([]byte("123456789"), crcTable); got != 11051210869376104954 {
		t.Errorf("table gives %d", got)
	}
}
