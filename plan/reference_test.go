package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// referenceEncode is what encoder has to write: the wire of a by encoding/json, with
// the UTF-16 units of what does not show in their escapes.
func referenceEncode(a Action) ([]byte, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(wireOf(a)); err != nil {
		return nil, err
	}
	var line []byte
	for _, c := range strings.TrimSuffix(b.String(), "\n") {
		if Shows(c) {
			line = utf8.AppendRune(line, c)
			continue
		}
		for _, unit := range utf16.Encode([]rune{c}) {
			line = fmt.Appendf(line, `\u%04x`, unit)
		}
	}
	return line, nil
}

// referenceDecode is what decoder has to accept: what encoding/json decodes, builds
// an action and is encoded again to the same bytes.
func referenceDecode(line []byte) (Action, error) {
	var w wire
	if err := json.Unmarshal(line, &w); err != nil {
		return nil, err
	}
	a, err := w.action()
	if err != nil {
		return nil, err
	}
	again, err := referenceEncode(a)
	if err == nil && !bytes.Equal(line, again) {
		err = errors.New("form")
	}
	return a, err
}

// sameAsReference checks that decoder found in line what the reference finds.
func sameAsReference(t interface{ Errorf(string, ...any) }, line []byte, got Action, gotErr error) {
	want, err := referenceDecode(line)
	switch {
	case (err == nil) != (gotErr == nil):
		t.Errorf("%q: got %v, the reference %v", line, gotErr, err)
	case err == nil && !cmp.Equal(want, got):
		t.Errorf("%q: %s", line, cmp.Diff(want, got))
	}
}

var (
	texts = rapid.OneOf(
		rapid.String(),
		rapid.StringMatching(`[a-z"\\\\\x00-\x1f\x7f-\xa0<>&/é中\x{200b}\x{2027}-\x{202a}\x{2066}\x{2800}\x{3164}\x{fe0f}\x{feff}\x{fffd}\x{1f600}\x{e0041}\x{10ffff}]{0,8}`),
	)
	// junkTexts need not be UTF-8.
	junkTexts = rapid.OneOf(texts, rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
	sizes     = rapid.OneOf(rapid.Int64Range(0, 9), rapid.Int64Range(0, math.MaxInt64))
	reasons   = rapid.SampledFrom(slices.Sorted(maps.Keys(reasonTexts)))
	times     = rapid.Custom(func(t *rapid.T) time.Time {
		at := time.Unix(rapid.Int64Range(-62135596800+86400, 253402300799-86400).Draw(t, "s"), rapid.SampledFrom([]int64{0, 1, 5e8, 999999999}).Draw(t, "ns"))
		zone := rapid.SampledFrom([]int{0, 0, 8 * 3600, -5*3600 - 1800}).Draw(t, "zone")
		return at.In(time.FixedZone("", zone))
	})
	stats = rapid.Custom(func(t *rapid.T) Stat {
		return Stat{
			Size: sizes.Draw(t, "size"), MtimeNs: rapid.Int64().Draw(t, "mtime"),
			CtimeNs: rapid.Int64().Draw(t, "ctime"), Inode: rapid.Uint64().Draw(t, "inode"),
		}
	})
	versions = rapid.Custom(func(t *rapid.T) Version {
		return Version{Size: sizes.Draw(t, "size"), ETag: texts.Draw(t, "etag"), Modified: times.Draw(t, "modified")}
	})
	allSums = rapid.Custom(func(t *rapid.T) Sums { return Sums{MD5: texts.Draw(t, "md5"), CRC64: texts.Draw(t, "crc64")} })
	sets    = rapid.Custom(func(t *rapid.T) map[string]string {
		headers := rapid.MapOfN(texts, texts, 0, 4).Draw(t, "headers")
		if len(headers) == 0 {
			return nil
		}
		return headers
	})
	actions = rapid.Custom(drawAction)
)

func drawPending(t *rapid.T) AbortUpload {
	return AbortUpload{
		Path: junkTexts.Draw(t, "path"), Reason: reasons.Draw(t, "reason"), UploadID: "u" + texts.Draw(t, "id"), Started: times.Draw(t, "started"),
		Parts: rapid.IntRange(0, 10_000).Draw(t, "parts"), Bytes: sizes.Draw(t, "bytes"),
	}
}

func drawUpload(t *rapid.T) Upload {
	return Upload{
		Path: junkTexts.Draw(t, "path"), Reason: reasons.Draw(t, "reason"), Local: stats.Draw(t, "local"), Before: rapid.Ptr(versions, true).Draw(t, "before"),
		Headers: sets.Draw(t, "set"), Phase: rapid.IntRange(0, 9).Draw(t, "phase"), Requests: sizes.Draw(t, "requests"),
	}
}

// drawAction draws an action as plans hold them, of any type.
func drawAction(t *rapid.T) Action {
	path, why := junkTexts.Draw(t, "path"), reasons.Draw(t, "reason")
	flag := func(name string) bool { return rapid.Bool().Draw(t, name) }
	switch Word(rapid.SampledFrom(append(everyAction(), &Skip{})).Draw(t, "type")) {
	case "upload":
		u := drawUpload(t)
		return &u
	case "resume-upload":
		p := drawPending(t)
		return &ResumeUpload{Upload: drawUpload(t), UploadID: p.UploadID, Started: p.Started, Parts: p.Parts, Bytes: p.Bytes}
	case "download":
		return &Download{
			Path: path, Reason: why, Remote: versions.Draw(t, "remote"), Before: rapid.Ptr(stats, true).Draw(t, "before"),
			Preserve: flag("preserve"), Phase: rapid.IntRange(0, 9).Draw(t, "phase"), Requests: sizes.Draw(t, "requests"),
		}
	case "set-meta":
		return &SetMeta{
			Path: path, Reason: why, Remote: versions.Draw(t, "remote"), Local: stats.Draw(t, "local"), Sums: allSums.Draw(t, "sums"),
			Headers: sets.Draw(t, "set"), Owned: flag("owned"), Racy: flag("racy"),
		}
	case "delete-remote":
		return &DeleteRemote{Path: path, Reason: why, Before: versions.Draw(t, "before"), HeldFor: texts.Draw(t, "held for")}
	case "delete-local":
		return &DeleteLocal{Path: path, Reason: why, Before: stats.Draw(t, "before")}
	case "abort-upload":
		p := drawPending(t)
		return &p
	case "keep-upload":
		keep := KeepUpload(drawPending(t))
		return &keep
	case "conflict":
		return &Conflict{Path: path, Reason: why, Detail: texts.Draw(t, "detail"), Due: flag("due")}
	case "skip":
		return &Skip{Path: path, Reason: why}
	case "record":
		return &Record{Base{
			Path: path, Local: stats.Draw(t, "local"), Remote: versions.Draw(t, "remote"), Sums: allSums.Draw(t, "sums"),
			Headers: texts.Draw(t, "headers"), Owned: flag("owned"), Racy: flag("racy"), Mount: flag("mount"), Denied: flag("denied"),
		}}
	}
	return &Forget{Path: path}
}

// The reference writes the same bytes, decode gives back the action, and it is the
// scanner that takes the line apart.
func TestWire_EncodesAsReference(t *testing.T) {
	var e encoder
	var d decoder
	rapid.Check(t, func(t *rapid.T) {
		a := actions.Draw(t, "action")
		line, err := e.encode(a)
		if err != nil {
			t.Fatal(err)
		}
		want, err := referenceEncode(a)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(line)); diff != "" {
			t.Fatal(diff)
		}
		got, err := d.decode(line)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(a, got); diff != "" {
			t.Fatal(diff)
		}
		if _, ok := scan(line); !ok {
			t.Fatalf("the scanner left to encoding/json: %s", line)
		}
	})
}

// Texts that are not UTF-8 are written as the reference writes them, wherever they
// stand, and refused when they are read.
func TestWire_NotUTF8(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		junk := junkTexts.Draw(t, "junk")
		a := &DeleteRemote{Path: "a", Reason: ReasonGone, Before: Version{ETag: junk, Modified: noon}}
		line, err := new(encoder).encode(a)
		want, wantErr := referenceEncode(a)
		if err := errors.Join(err, wantErr); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(line)); diff != "" {
			t.Fatal(diff)
		}
		if _, err := new(decoder).decode(line); (err == nil) != utf8.ValidString(junk) {
			t.Fatalf("%s: %v", line, err)
		}
	})
}

// A time that has no text keeps a row from being written.
func TestWire_ErrTime(t *testing.T) {
	a := &DeleteRemote{Path: "a", Reason: ReasonGone, Before: Version{Modified: noon.AddDate(9000, 0, 0)}}
	if line, err := new(encoder).encode(a); err == nil || !strings.Contains(err.Error(), "year") {
		t.Errorf("%s, %v", line, err)
	}
}

// A line that was edited in any way is judged as the reference judges it.
func TestY13_EditedRows(t *testing.T) {
	var e encoder
	var d decoder
	tokens := rapid.SampledFrom([]string{"", " ", ",", ":", `"`, "{", "}", "null", "0", "-1", "1e3", "true", "false", `\`, "\n", "\xff", "é", "\x7f", "\u2028", "\u202e", `\u0061`, `\u202e`, `\u202E`, `\ud83d\ude00`, `\udb40`, `"op":"skip",`})
	rapid.Check(t, func(t *rapid.T) {
		text, err := e.encode(actions.Draw(t, "action"))
		if err != nil {
			t.Fatal(err)
		}
		line := bytes.Clone(text)
		for range rapid.IntRange(1, 3).Draw(t, "edits") {
			from := rapid.IntRange(0, len(line)).Draw(t, "from")
			to := rapid.IntRange(from, min(from+rapid.SampledFrom([]int{0, 1, 12}).Draw(t, "most"), len(line))).Draw(t, "to")
			piece := []byte(tokens.Draw(t, "token"))
			if rapid.Bool().Draw(t, "twice") {
				piece = bytes.Clone(line[from:to])
				to = from
			}
			line = slices.Replace(line, from, to, piece...)
		}
		a, err := d.decode(line)
		sameAsReference(t, line, a, err)
	})
}
