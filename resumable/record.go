package resumable

import (
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
)

// Kinds of records, as oss2 calls them.
const (
	OpUpload   = "ResumableUpload"
	OpDownload = "ResumableDownload"
)

// recordVersion is raised when the meaning of a field changes. A record of an
// older version is of no use and is replaced; one of a newer is left to it.
const recordVersion = 1

// isNewer reports a record of a version to come. The seal and the member with the
// version stay as they are in all of them, so that damage is not taken for one.
func isNewer(data []byte) bool {
	put, _ := splitLines(data)
	var rec struct {
		Version int `json:"version"`
	}
	return unseal(put, &rec) == nil && rec.Version > recordVersion
}

// binding is what every record is bound to. A record bound to anything else
// is never used.
type binding struct {
	Version int    `json:"version"`
	Op      string `json:"op_type"`
	Scope   string `json:"scope"`
	Bucket  string `json:"bucket"`
	Key     string `json:"key"`
	File    string `json:"file_path"`
}

// uploadRecord names an unfinished multipart upload. It holds no parts: which
// are stored only the service knows. It is written once, after Initiate; before
// that it may be an intent, which has windows and no upload id.
type uploadRecord struct {
	binding
	Fingerprint
	UploadID string `json:"upload_id"`
	Token    string `json:"token"`
	Headers  string `json:"headers_md5"`
	PartSize int64  `json:"part_size"`

	// Begun is when uploads of the key may have begun whose ids are not known.
	Begun []Window `json:"begun,omitempty"`
}

// downloadRecord names an unfinished ranged download and the ranges that are
// on disk.
type downloadRecord struct {
	binding
	VersionID string       `json:"version_id"`
	ETag      string       `json:"etag"`
	Size      int64        `json:"size"`
	ModTime   int64        `json:"mtime"` // of the object, seconds since 1970
	PartSize  int64        `json:"part_size"`
	Temp      string       `json:"temp"` // name beside the file
	Done      []rangeState `json:"parts"`
}

// rangeState is a range that was written to the file. After a power loss the file
// may lack it all the same.
type rangeState struct {
	Number int    `json:"part_number"` // from 1
	CRC    uint64 `json:"part_crc"`
}

// decodeUpload reads a record and checks that it is whole and bound to want.
// What it could read is returned also with an error.
func decodeUpload(data []byte, want binding) (*uploadRecord, error) {
	rec := &uploadRecord{}
	if err := unseal(data, rec); err != nil {
		return rec, fmt.Errorf("upload record: %w", err)
	}
	if rec.binding != want || rec.UploadID == "" && len(rec.Begun) == 0 || rec.Token == "" || rec.Headers == "" {
		return rec, fmt.Errorf("upload record of %q: incomplete or not ours", rec.File)
	}
	if rec.Size <= 0 || rec.PartSize <= 0 || rec.PartSize > maxPartSize || int64(cut(rec.Size, rec.PartSize).count) > maxParts {
		return rec, fmt.Errorf("upload record of %q: %d bytes in parts of %d", rec.File, rec.Size, rec.PartSize)
	}
	return rec, nil
}

// decodeDownload is decodeUpload for the other kind. Done has what the lines after
// the record claim, too.
func decodeDownload(data []byte, want binding) (*downloadRecord, error) {
	rec := &downloadRecord{}
	put, lines := splitLines(data)
	if err := unseal(put, rec); err != nil {
		return rec, fmt.Errorf("download record: %w", err)
	}
	if rec.binding != want || rec.ETag == "" || !isTempBase(rec.Temp) || rec.Done == nil {
		return rec, fmt.Errorf("download record of %q: incomplete or not ours", rec.File)
	}
	if rec.Size <= 0 || rec.PartSize <= 0 || (rec.Size-1)/rec.PartSize+1 > maxRanges {
		return rec, fmt.Errorf("download record of %q: %d bytes in ranges of %d", rec.File, rec.Size, rec.PartSize)
	}
	count := cut(rec.Size, rec.PartSize).count
	for _, r := range rec.Done {
		if r.Number < 1 || r.Number > count {
			return rec, fmt.Errorf("download record of %q: range %d of %d", rec.File, r.Number, count)
		}
	}
	appended, err := readLines(lines, checksum(put), count)
	if err != nil {
		return rec, fmt.Errorf("download record of %q: %w", rec.File, err)
	}
	rec.Done = append(rec.Done, appended...)
	return rec, nil
}

// tokenHeader marks an object with the upload that made it, so that a lost
// answer can be told from a failure.
const (
	tokenHeader   = "X-Oss-Meta-Osssync-Upload"
	tokenMetadata = "osssync-upload" // as the SDK names it in a result
)

func newToken() string { return rand.Text() }

// headersMD5 identifies the headers an upload was begun with.
func headersMD5(headers map[string]string) string {
	sum := md5.New()
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		fmt.Fprintf(sum, "%q %q\n", name, headers[name])
	}
	return hex.EncodeToString(sum.Sum(nil))
}
